package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A load balancer in one zone: its network interface in a subnet, and the addresses that clients
 * may use.
 *
 * @param availabilityZone the zone
 * @param subnetId the subnet of the interface
 * @param privateAddress its private IPv4 address; what targets see unless the client's is kept
 * @param publicAddress its public IPv4 address, or null
 * @param ipv6Address its IPv6 address, or null
 * @param allocationId the elastic IP behind the public address, or null
 */
public record Node(
    String availabilityZone,
    String subnetId,
    IpAddress privateAddress,
    @Nullable IpAddress publicAddress,
    @Nullable IpAddress ipv6Address,
    @Nullable String allocationId) {

  /**
   * The IPv4 address that the load balancer's name resolves to.
   *
   * @return the public address, or the private one if there is none
   */
  public IpAddress advertisedAddress() {
    return publicAddress == null ? privateAddress : publicAddress;
  }

  /** {@return all its addresses, the private one first} */
  List<IpAddress> addresses() {
    List<IpAddress> all = new ArrayList<>(3);
    all.add(privateAddress);
    if (publicAddress != null) {
      all.add(publicAddress);
    }
    if (ipv6Address != null) {
      all.add(ipv6Address);
    }
    return all;
  }

  /**
   * Whether an address is one of the node's.
   *
   * @param address any address
   * @return true if packets to it reach the node
   */
  public boolean has(IpAddress address) {
    return address.equals(privateAddress)
        || address.equals(publicAddress)
        || address.equals(ipv6Address);
  }
}
