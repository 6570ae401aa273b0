package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointSlice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is to be done to the slices of a Service. */
final class SlicePlan {
  private final List<SliceDraft> create = new ArrayList<>();
  private final List<SliceDraft> update = new ArrayList<>();
  private final List<EndpointSlice> delete = new ArrayList<>();

  List<SliceDraft> create() {
    return create;
  }

  List<SliceDraft> update() {
    return update;
  }

  List<EndpointSlice> delete() {
    return delete;
  }

  /** The slices that are to be written, new ones first. */
  List<SliceDraft> written() {
    List<SliceDraft> all = new ArrayList<>(create);
    all.addAll(update);
    return all;
  }

  /** The stored slices that the plan leaves as they are. */
  List<EndpointSlice> untouched(List<EndpointSlice> stored) {
    Set<String> touched = new HashSet<>();
    update.forEach(draft -> {
      if (draft.replaced() != null) {
        touched.add(draft.replaced().metadata().name());
      }
    });
    delete.forEach(slice -> touched.add(slice.metadata().name()));
    return stored.stream().filter(s -> !touched.contains(s.metadata().name())).toList();
  }

  /** Turns new slices into updates of slices that would be deleted, which spares a name. */
  void reuseDeleted() {
    for (int i = 0; i < delete.size() && !create.isEmpty(); ) {
      SliceDraft draft = create.get(create.size() - 1);
      if (draft.addressType().equals(delete.get(i).addressType())) {
        draft.replace(delete.remove(i));
        update.add(create.remove(create.size() - 1));
      } else {
        i++;
      }
    }
  }
}
