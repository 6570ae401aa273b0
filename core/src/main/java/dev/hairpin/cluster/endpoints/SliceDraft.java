package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A slice on its way into the store: what it replaces, if anything, and what it shall hold. */
final class SliceDraft {
  /** The stored slice that this one replaces; null for a new one. */
  private @Nullable EndpointSlice replaced;

  private final boolean fresh;
  private final String addressType;
  private final List<EndpointPort> ports;
  private final Map<String, String> labels;
  private final List<Endpoint> endpoints;

  private SliceDraft(
      @Nullable EndpointSlice replaced,
      boolean fresh,
      String addressType,
      List<EndpointPort> ports,
      Map<String, String> labels,
      List<Endpoint> endpoints) {
    this.replaced = replaced;
    this.fresh = fresh;
    this.addressType = addressType;
    this.ports = ports;
    this.labels = labels;
    this.endpoints = new ArrayList<>(endpoints);
  }

  /** A slice that is not there yet. */
  static SliceDraft empty(
      String addressType, List<EndpointPort> ports, Map<String, String> labels) {
    return new SliceDraft(null, true, addressType, ports, labels, List.of());
  }

  /** A change of a stored slice. */
  static SliceDraft of(EndpointSlice slice) {
    return new SliceDraft(
        slice,
        false,
        slice.addressType(),
        slice.ports(),
        slice.metadata().labels(),
        slice.endpoints());
  }

  SliceDraft withEndpoints(List<Endpoint> newEndpoints) {
    return new SliceDraft(replaced, fresh, addressType, ports, labels, newEndpoints);
  }

  SliceDraft withLabels(Map<String, String> newLabels) {
    return new SliceDraft(replaced, fresh, addressType, ports, newLabels, endpoints);
  }

  /** Whether this is a new slice, though perhaps under the name of one that would be deleted. */
  boolean isNew() {
    return fresh;
  }

  /** Takes over the name of a stored slice that would otherwise be deleted. */
  void replace(EndpointSlice slice) {
    replaced = slice;
  }

  @Nullable
  EndpointSlice replaced() {
    return replaced;
  }

  String addressType() {
    return addressType;
  }

  List<EndpointPort> ports() {
    return ports;
  }

  Map<String, String> labels() {
    return labels;
  }

  /** The endpoints, which may be changed. */
  List<Endpoint> endpoints() {
    return endpoints;
  }
}
