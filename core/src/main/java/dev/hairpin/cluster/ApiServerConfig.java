package dev.hairpin.cluster;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import java.util.List;

/**
 * How an API server was started.
 *
 * @param families the families of Services, the default one first; one or two
 * @param serviceCidrs the blocks of ClusterIPs; the first of each family is the flag's, any others
 *     are further ServiceCIDR objects
 * @param nodePorts the range of node ports
 * @param features what its release does
 */
public record ApiServerConfig(
    List<IpFamily> families, List<Cidr> serviceCidrs, PortRange nodePorts, ApiFeatures features) {

  /** As kubeadm starts it: 10.96.0.0/12, node ports 30000-32767, the newest release. */
  public static final ApiServerConfig DEFAULT = of(Cidr.parse("10.96.0.0/12"));

  /**
   * Checks that each family has a block.
   *
   * @throws IllegalArgumentException if a family has none, or is named twice, or a block is too
   *     small or too large
   */
  public ApiServerConfig {
    families = List.copyOf(families);
    serviceCidrs = List.copyOf(serviceCidrs);
    if (families.isEmpty() || families.stream().distinct().count() < families.size()) {
      throw new IllegalArgumentException("expected one or two different families");
    }
    for (IpFamily family : families) {
      if (serviceCidrs.stream().noneMatch(c -> c.family() == family)) {
        throw new IllegalArgumentException("no service CIDR of family " + family);
      }
    }
    for (Cidr cidr : serviceCidrs) {
      if (cidr.hostBits() < 3) {
        throw new IllegalArgumentException(
            cidr + ": the service cluster IP range must be at least 8 IP addresses");
      }
      if (cidr.hostBits() > 64) {
        throw new IllegalArgumentException(cidr
            + ": shortest allowed prefix length for service CIDR is 64, got "
            + cidr.prefixLength());
      }
    }
  }

  /**
   * How the server of a snapshot was started, as far as its objects tell: the blocks of the
   * ServiceCIDR {@code kubernetes}. Where there is none, as before 1.33, kubeadm's or EKS's block
   * is taken that has the address of {@code default/kubernetes} as its first, or else the smallest
   * block that holds all ClusterIPs. The release is the newest, the node ports are the default.
   *
   * @param state the objects
   * @return the configuration
   */
  public static ApiServerConfig of(ClusterState state) {
    return of(ServiceRanges.of(state).toArray(Cidr[]::new));
  }

  /**
   * A server of the newest release with the default node ports.
   *
   * @param serviceCidrs the block of each family, the default family first
   * @return the configuration
   */
  public static ApiServerConfig of(Cidr... serviceCidrs) {
    List<Cidr> cidrs = List.of(serviceCidrs);
    return new ApiServerConfig(
        cidrs.stream().map(Cidr::family).distinct().toList(),
        cidrs,
        PortRange.DEFAULT,
        ApiFeatures.NEWEST);
  }
}
