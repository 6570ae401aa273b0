package dev.hairpin.lb.elb;

import com.google.common.hash.Hashing;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives load balancers their addresses.
 *
 * <p>AWS picks free ones at random. Here the pick follows from the seed and the names, and public
 * addresses come from blocks that are nobody's: 198.51.100.0/24 and 192.0.2.0/24 (RFC 5737), then
 * 198.18.0.0/15 (RFC 2544). 203.0.113.0/24 is left to clients.
 */
final class AddressPlan {
  private static final List<Cidr> PUBLIC = List.of(
      Cidr.parse("198.51.100.0/24"), Cidr.parse("192.0.2.0/24"), Cidr.parse("198.18.0.0/15"));

  /** The first four addresses and the last one of a subnet are AWS' own. */
  private static final int RESERVED_AT_START = 4;

  private final Vpc vpc;
  private final long seed;
  private final Set<IpAddress> used = new HashSet<>();

  AddressPlan(Vpc vpc, long seed) {
    this.vpc = vpc;
    this.seed = seed;
  }

  Node allocate(LoadBalancer lb, SubnetMapping mapping, Vpc.Subnet subnet) {
    IpAddress publicAddress = null;
    boolean publicV4 = lb.scheme() == Scheme.INTERNET_FACING
        && lb.ipAddressType() != IpAddressType.DUALSTACK_WITHOUT_PUBLIC_IPV4;
    String allocationId = mapping.allocationId();
    if (allocationId != null) {
      publicAddress = vpc.elasticIp(allocationId)
          .orElseThrow(() -> new ElbException(
              "AllocationIdNotFound", "The allocation IDs '" + allocationId + "' do not exist"));
    }
    IpAddress asked = mapping.privateIpv4Address();
    if (asked != null && (!subnet.cidr().contains(asked) || isUsed(asked))) {
      throw ElbException.invalid(
          "The private IPv4 address " + asked + " is not free in subnet '" + subnet.id() + "'");
    }
    String salt = seed + "|" + lb.name() + "|" + subnet.id();
    IpAddress privateAddress = asked != null ? asked : privateAddress(subnet, salt);
    if (publicV4 && publicAddress == null) {
      publicAddress = publicAddress(salt);
    }
    Node node = new Node(
        subnet.availabilityZone(),
        subnet.id(),
        privateAddress,
        publicV4 ? publicAddress : null,
        ipv6Address(lb, mapping, subnet, salt),
        allocationId);
    used.add(privateAddress);
    if (node.publicAddress() != null) {
      used.add(node.publicAddress());
    }
    return node;
  }

  /** Takes over what another plan has given away. */
  void hold(AddressPlan other) {
    used.addAll(other.used);
  }

  void release(Node node) {
    used.remove(node.privateAddress());
    if (node.publicAddress() != null) {
      used.remove(node.publicAddress());
    }
  }

  /** Whether an address belongs to a load balancer. */
  boolean isUsed(IpAddress address) {
    return used.contains(address);
  }

  private IpAddress privateAddress(Vpc.Subnet subnet, String salt) {
    long size = 1L << Math.min(subnet.cidr().hostBits(), 32);
    long usable = size - RESERVED_AT_START - 1;
    long start = usable <= 0 ? 0 : Long.remainderUnsigned(hash(salt), usable);
    for (long i = 0; i < usable; i++) {
      IpAddress address = subnet.cidr().at(RESERVED_AT_START + (start + i) % usable);
      if (!vpc.isTaken(address) && !used.contains(address)) {
        return address;
      }
    }
    throw new ElbException(
        "InvalidSubnet", "Not enough IP space available in " + subnet.id() + ".");
  }

  private IpAddress publicAddress(String salt) {
    for (Cidr pool : PUBLIC) {
      long usable = (1L << pool.hostBits()) - 2;
      long start = Long.remainderUnsigned(hash("public|" + salt), usable);
      for (long i = 0; i < usable; i++) {
        IpAddress address = pool.at(1 + (start + i) % usable);
        if (!used.contains(address)) {
          return address;
        }
      }
    }
    throw new ElbException(
        "AddressLimitExceeded", "No public address is left in " + PUBLIC + " for a load balancer");
  }

  private static @Nullable IpAddress ipv6Address(
      LoadBalancer lb, SubnetMapping mapping, Vpc.Subnet subnet, String salt) {
    if (lb.ipAddressType() == IpAddressType.IPV4) {
      return null;
    }
    if (mapping.ipv6Address() != null) {
      return mapping.ipv6Address();
    }
    Cidr block = subnet.ipv6Cidr();
    if (block == null) {
      throw new ElbException(
          "InvalidSubnet",
          "The subnet '" + subnet.id() + "' has no IPv6 CIDR block, which dual-stack needs");
    }
    return block.at(Long.remainderUnsigned(hash("v6|" + salt), 1L << 48) | 0x10);
  }

  private static long hash(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).asLong();
  }
}
