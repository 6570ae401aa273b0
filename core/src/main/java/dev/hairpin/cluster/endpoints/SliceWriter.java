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
  /** A longer prefix is no subdomain; then the dash is left out. */
  private static final int LONGEST_NAME = 253;

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
    EndpointSlice replaced = draft.replaced();
    ObjectMeta meta = replaced != null ? replaced.metadata() : named(owner);
    put(new EndpointSlice(
        meta.withLabels(draft.labels()).withAnnotations(annotations),
        draft.addressType(),
        draft.endpoints(),
        draft.ports()));
  }

  private ObjectMeta named(KubeObject owner) {
    ObjectMeta of = owner.metadata();
    String namespace = of.namespace();
    String prefix = of.name().length() < LONGEST_NAME ? of.name() + "-" : of.name();
    String name = names.next(
        EndpointSlice.KIND,
        namespace,
        prefix,
        n -> state.get(new ObjectKey(EndpointSlice.KIND, namespace, n)).isPresent());
    return ObjectMeta.generated(namespace, prefix, name)
        .withOwners(List.of(
            new OwnerReference(owner.apiVersion(), owner.kind(), of.name(), of.uid(), true)));
  }

  /** Stores a slice as it is. */
  void put(EndpointSlice slice) {
    stored.put((EndpointSlice) writes.store(slice));
  }

  void delete(EndpointSlice slice) {
    stored.remove(slice);
    writes.remove(slice.key());
  }

  /** The annotations that a draft begins with; a new slice under an old name begins with none. */
  static Map<String, String> annotations(SliceDraft draft) {
    EndpointSlice replaced = draft.replaced();
    return new LinkedHashMap<>(
        replaced == null || draft.isNew() ? Map.of() : replaced.metadata().annotations());
  }
}
