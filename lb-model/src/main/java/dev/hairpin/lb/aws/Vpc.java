package dev.hairpin.lb.aws;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.List;

/**
 * The virtual network of a cluster.
 *
 * @param id the id
 * @param cidrs its IPv4 blocks
 * @param ipv6Cidrs its IPv6 blocks
 */
public record Vpc(String id, List<Cidr> cidrs, List<Cidr> ipv6Cidrs) {

  /** Copies the lists. */
  public Vpc {
    cidrs = List.copyOf(cidrs);
    ipv6Cidrs = List.copyOf(ipv6Cidrs);
  }

  /**
   * Whether an address belongs to the network.
   *
   * @param address the address
   * @return true if it lies in one of the blocks
   */
  public boolean contains(IpAddress address) {
    return cidrs.stream().anyMatch(c -> c.contains(address))
        || ipv6Cidrs.stream().anyMatch(c -> c.contains(address));
  }
}
