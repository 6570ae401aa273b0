package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.collect.ForkableMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The slices that one controller manages, by Service. */
final class StoredSlices {
  private final String manager;
  private final ForkableMap<String, Map<String, EndpointSlice>> byService;

  StoredSlices(String manager) {
    this(manager, new ForkableMap<>());
  }

  private StoredSlices(String manager, ForkableMap<String, Map<String, EndpointSlice>> byService) {
    this.manager = manager;
    this.byService = byService;
  }

  StoredSlices fork() {
    return new StoredSlices(manager, byService.fork());
  }

  boolean manages(EndpointSlice slice) {
    return manager.equals(slice.metadata().labels().get(SliceReconciler.MANAGED_BY_LABEL));
  }

  static String serviceKey(EndpointSlice slice) {
    return slice.metadata().namespace() + "/" + slice.serviceName();
  }

  /** Takes a slice over, unless it is on its way out: such a one is left to its finalizers. */
  void put(EndpointSlice slice) {
    if (slice.metadata().deletionTimestamp() != null) {
      remove(slice);
      return;
    }
    String key = serviceKey(slice);
    @Nullable Map<String, EndpointSlice> slices = byService.writable(key, TreeMap::new);
    if (slices == null) {
      slices = new TreeMap<>();
      byService.put(key, slices);
    }
    slices.put(slice.metadata().name(), slice);
  }

  void remove(EndpointSlice slice) {
    @Nullable
    Map<String, EndpointSlice> slices = byService.writable(serviceKey(slice), TreeMap::new);
    if (slices != null && slices.remove(slice.metadata().name()) != null && slices.isEmpty()) {
      byService.remove(serviceKey(slice));
    }
  }

  /** The slices of a Service by name; a copy. */
  List<EndpointSlice> of(String serviceKey) {
    @Nullable Map<String, EndpointSlice> slices = byService.get(serviceKey);
    return slices == null ? List.of() : List.copyOf(slices.values());
  }
}
