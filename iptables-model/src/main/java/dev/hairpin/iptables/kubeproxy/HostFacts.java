package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a host tells its kube-proxy.
 *
 * @param families the IP families that its kernel and iptables have; at least one
 * @param nodeIps the node's address for each family; where one is missing, loopback stands for it
 * @param interfaceAddresses the addresses of all its devices
 * @param nfacct whether the kernel has nfacct counters
 * @param sysctls kernel settings by path with slashes; those that are missing read 0
 */
public record HostFacts(
    Set<IpFamily> families,
    Map<IpFamily, IpAddress> nodeIps,
    List<IpAddress> interfaceAddresses,
    boolean nfacct,
    Map<String, Integer> sysctls) {

  /** Copies the collections, and fills in the loopback addresses. */
  public HostFacts {
    if (families.isEmpty()) {
      throw new IllegalArgumentException("a host has at least one IP family");
    }
    families = java.util.Collections.unmodifiableSet(EnumSet.copyOf(families));
    Map<IpFamily, IpAddress> all = new EnumMap<>(IpFamily.class);
    all.put(IpFamily.IPV4, IpAddress.v4(0x7f00_0001));
    all.put(IpFamily.IPV6, IpAddress.v6(0, 1));
    all.putAll(nodeIps);
    nodeIps = java.util.Collections.unmodifiableMap(all);
    interfaceAddresses = List.copyOf(interfaceAddresses);
    sysctls = Map.copyOf(sysctls);
  }

  /**
   * The node's address of a family.
   *
   * @param family the family
   * @return the address, or loopback if it has none
   */
  public IpAddress nodeIp(IpFamily family) {
    IpAddress address = nodeIps.get(family);
    if (address == null) {
      throw new AssertionError("filled in by the constructor");
    }
    return address;
  }
}
