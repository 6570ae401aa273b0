package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Carries out plans: names new slices, stores and deletes, and keeps the controller's index. */
final class SliceWriter {
  private final ClusterState state;
  private final OwnWrites writes;
  private final GeneratedNames names;
  private final StoredSlices stored;

  SliceWriter(ClusterState state, OwnWrites writes, GeneratedNames names, StoredSlices stored) {
    this.state = state;
    this.writes = writes;
    this.names = names;
    this.stored = stored;
  }

  /**
   * Stores a draft.
   *
   * @param owner the object that the slice goes away with
   * @param annotations the annotations that it shall have
   */
  void write(SliceDraft draft, KubeObject owner, Map<String, String> annotations) {
    ObjectMeta of = owner.metadata();
    EndpointSlice replaced = draft.replaced();
    ObjectMeta meta = replaced != null
        ? replaced.metadata()
        : new ObjectMeta(
            of.namespace(),
            names.next(of.name() + "-", name -> isTaken(of.namespace(), name)),
            "",
            "",
            Map.of(),
            Map.of(),
            List.of(
                new OwnerReference(owner.apiVersion(), owner.kind(), of.name(), of.uid(), true)),
            List.of(),
            null,
            null,
            0,
            0);
    put(new EndpointSlice(
        meta.withLabels(draft.labels()).withAnnotations(annotations),
        draft.addressType(),
        draft.endpoints(),
        draft.ports()));
  }

  /** Stores a slice as it is. */
  void put(EndpointSlice slice) {
    stored.put((EndpointSlice) writes.store(slice));
  }

  void delete(EndpointSlice slice) {
    stored.remove(slice);
    writes.remove(slice.key());
  }

  private boolean isTaken(String namespace, String name) {
    return state.get(new ObjectKey(EndpointSlice.KIND, namespace, name)).isPresent();
  }

  static Map<String, String> annotations(SliceDraft draft) {
    EndpointSlice replaced = draft.replaced();
    return new LinkedHashMap<>(replaced == null ? Map.of() : replaced.metadata().annotations());
  }
}
