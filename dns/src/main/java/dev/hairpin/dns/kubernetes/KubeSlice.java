package dev.hairpin.dns.kubernetes;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What CoreDNS keeps of an EndpointSlice.
 *
 * @param namespace its namespace
 * @param name its name
 * @param service the name of its service; empty if it has no label that says so
 * @param addresses its ready addresses
 * @param ports its ports; {@link KubePort#NONE} if it has none
 */
record KubeSlice(
    String namespace, String name, String service, List<Address> addresses, List<KubePort> ports) {

  private static final int MAX_TARGET_NAME = 63;

  /**
   * An address of an endpoint.
   *
   * @param ip the text of the slice, mostly an address
   * @param hostname the endpoint's host name, or empty
   * @param target the name of the object behind it, or empty
   */
  record Address(String ip, String hostname, String target) {

    /** The label that the endpoint has below its service. */
    String label(boolean podNames, boolean padded) {
      if (!hostname.isEmpty()) {
        return hostname;
      }
      if (podNames && !target.isEmpty()) {
        return target;
      }
      if (ip.contains(".")) {
        return ip.replace('.', '-');
      }
      String dashed = ip.contains(":") ? ip.replace(':', '-') : "";
      return padded && dashed.endsWith("-") ? dashed + "0" : dashed;
    }
  }

  static KubeSlice of(EndpointSlice slice) {
    List<Address> addresses = new ArrayList<>();
    for (Endpoint endpoint : slice.endpoints()) {
      Boolean ready = endpoint.ready();
      if (ready != null && !ready) {
        continue;
      }
      String target = endpoint.targetRef() == null ? "" : endpoint.targetRef().name();
      String hostname = endpoint.hostname() == null ? "" : endpoint.hostname();
      for (String ip : endpoint.addresses()) {
        addresses.add(new Address(ip, hostname, target.length() > MAX_TARGET_NAME ? "" : target));
      }
    }
    List<KubePort> ports = new ArrayList<>();
    for (EndpointPort port : slice.ports()) {
      Integer number = port.port();
      ports.add(new KubePort(
          port.name() == null ? "" : port.name(),
          port.protocol().name(),
          number == null ? -1 : number));
    }
    return new KubeSlice(
        slice.metadata().namespace(),
        slice.metadata().name(),
        slice.serviceName(),
        List.copyOf(addresses),
        ports.isEmpty() ? List.of(KubePort.NONE) : List.copyOf(ports));
  }

  /** The different addresses, as texts; a set of the caller's own. */
  Set<String> ips() {
    Set<String> ips = new LinkedHashSet<>();
    addresses.forEach(address -> ips.add(address.ip));
    return ips;
  }

  /** Whether a change from one to the other can be seen in answers. */
  boolean answersLike(KubeSlice other) {
    return ports.equals(other.ports) && visible(addresses).equals(visible(other.addresses));
  }

  private static List<String> visible(List<Address> addresses) {
    return addresses.stream().map(a -> a.ip + " " + a.hostname).toList();
  }
}
