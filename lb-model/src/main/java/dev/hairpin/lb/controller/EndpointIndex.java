package dev.hairpin.lb.controller;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The EndpointSlices of each Service, so that none is searched for. */
final class EndpointIndex {
  private final Map<String, TreeMap<ObjectKey, EndpointSlice>> byService = new HashMap<>();

  EndpointIndex(ClusterState state) {
    state.list(EndpointSlice.class).forEach(this::put);
  }

  List<EndpointSlice> of(String namespace, String service) {
    TreeMap<ObjectKey, EndpointSlice> slices = byService.get(namespace + "/" + service);
    return slices == null ? List.of() : new ArrayList<>(slices.values());
  }

  void put(EndpointSlice slice) {
    byService.computeIfAbsent(serviceOf(slice), s -> new TreeMap<>()).put(slice.key(), slice);
  }

  void remove(EndpointSlice slice) {
    TreeMap<ObjectKey, EndpointSlice> slices = byService.get(serviceOf(slice));
    if (slices != null) {
      slices.remove(slice.key());
    }
  }

  private static String serviceOf(EndpointSlice slice) {
    return slice.metadata().namespace() + "/" + slice.serviceName();
  }
}
