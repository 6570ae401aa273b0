package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointSlice;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The slices that one controller manages, by Service. */
final class StoredSlices {
  private final String manager;
  private final Map<String, Map<String, EndpointSlice>> byService = new HashMap<>();

  StoredSlices(String manager) {
    this.manager = manager;
  }

  boolean manages(EndpointSlice slice) {
    return manager.equals(slice.metadata().labels().get(SliceReconciler.MANAGED_BY_LABEL));
  }

  static String serviceKey(EndpointSlice slice) {
    return slice.metadata().namespace() + "/" + slice.serviceName();
  }

  void put(EndpointSlice slice) {
    byService
        .computeIfAbsent(serviceKey(slice), k -> new TreeMap<>())
        .put(slice.metadata().name(), slice);
  }

  void remove(EndpointSlice slice) {
    @Nullable Map<String, EndpointSlice> slices = byService.get(serviceKey(slice));
    if (slices != null && slices.remove(slice.metadata().name()) != null && slices.isEmpty()) {
      byService.remove(serviceKey(slice));
    }
  }

  /** The slices of a Service by name; a copy. */
  List<EndpointSlice> of(String serviceKey) {
    Collection<EndpointSlice> slices =
        byService.getOrDefault(serviceKey, Map.of()).values();
    return List.copyOf(slices);
  }
}
