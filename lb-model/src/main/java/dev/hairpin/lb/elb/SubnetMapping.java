package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A subnet in which a load balancer has an interface, and the addresses asked for there.
 *
 * @param subnetId the subnet, such as {@code subnet-0a1p}
 * @param allocationId the elastic IP of an internet-facing Network Load Balancer, or null for an
 *     address of AWS' own
 * @param privateIpv4Address the private address of an internal Network Load Balancer, or null for
 *     any free one
 * @param ipv6Address the IPv6 address of a dual-stack load balancer, or null for any free one
 */
public record SubnetMapping(
    String subnetId,
    @Nullable String allocationId,
    @Nullable IpAddress privateIpv4Address,
    @Nullable IpAddress ipv6Address) {

  /**
   * A mapping that leaves the addresses to AWS.
   *
   * @param subnetId the subnet
   * @return the mapping
   */
  public static SubnetMapping of(String subnetId) {
    return new SubnetMapping(subnetId, null, null, null);
  }
}
