package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import dev.hairpin.net.IpFamily;
import java.util.Map;

/**
 * What decides which Services and slices a proxier takes notice of, and how it reads them: the same
 * on all nodes that are configured alike.
 *
 * @param family the family
 * @param version the version
 * @param onlyFamily whether the host has no other family
 * @param configuration the configuration, without the node's name
 */
record Watched(
    IpFamily family,
    KubeProxyVersion version,
    boolean onlyFamily,
    KubeProxyConfiguration configuration) {

  static Watched of(
      IpFamily family, KubeProxyVersion version, HostFacts host, KubeProxyConfiguration of) {
    return new Watched(family, version, host.families().size() == 1, of.withHostname(""));
  }

  Map<ServicePortName, ServicePortInfo> ports(Service service) {
    return ServicePortInfo.of(service, family, version, configuration);
  }

  boolean takes(EndpointSlice slice) {
    if (slice.serviceName().isEmpty()
        || slice.metadata().namespace().isEmpty()
        || slice.metadata().name().isEmpty()
        || !ServicePortInfo.slicesAreSeen(slice.metadata().labels(), version)) {
      return false;
    }
    String type = slice.addressType();
    if (version.filtersSlicesByAddressType() || !onlyFamily) {
      return type.equals(family.toString());
    }
    // Alone, a v1.30 proxier takes the slices of both families and looks at each address.
    return type.equals("IPv4") || type.equals("IPv6");
  }
}
