package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.ObjectReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes two endpoints the same one at different times.
 *
 * <p>Source: {@code endpointHash}. Two host network pods of a node have one address and stay two
 * endpoints, because their names differ.
 *
 * @param addresses the addresses, sorted
 * @param hostname the host name, or null
 * @param namespace the namespace of what stands behind it; empty if nothing does
 * @param name its name; empty if nothing stands behind it
 */
record EndpointId(
    List<String> addresses, @Nullable String hostname, String namespace, String name) {

  static EndpointId of(Endpoint endpoint) {
    ObjectReference target = endpoint.targetRef();
    List<String> addresses = endpoint.addresses().size() < 2
        ? endpoint.addresses()
        : endpoint.addresses().stream().sorted().toList();
    return new EndpointId(
        addresses,
        endpoint.hostname(),
        target == null ? "" : target.namespace(),
        target == null ? "" : target.name());
  }
}
