package dev.hairpin.cluster;

import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/*
 * Since 1.33 the ServiceCIDR "kubernetes" says with which blocks the server was started. Before, no object does: what
 * is known is the first address of the first block, which default/kubernetes has, and that all ClusterIPs lie inside.
 */
/** Finds out with which blocks of ClusterIPs the server of a snapshot was started. */
final class ServiceRanges {
  /** kubeadm's default and those that EKS gives, by what default/kubernetes has there. */
  private static final List<Cidr> USUAL =
      List.of(Cidr.parse("10.96.0.0/12"), Cidr.parse("10.100.0.0/16"), Cidr.parse("172.20.0.0/16"));

  /** The server takes no smaller blocks; larger ones of IPv6 only since 1.33. */
  private static final int FEWEST_HOST_BITS = 3;

  private static final int MOST_HOST_BITS = 64;

  private ServiceRanges() {}

  /** The blocks, that of the default family first; one or two, of different families. */
  static List<Cidr> of(ClusterState state) {
    List<Cidr> said = state.get(ServiceCidr.class, "", "kubernetes").stream()
        .flatMap(object -> object.cidrs().stream())
        .flatMap(text -> AddressTexts.cidr(text).stream())
        .filter(c -> c.hostBits() >= FEWEST_HOST_BITS && c.hostBits() <= MOST_HOST_BITS)
        .toList();
    return said.isEmpty() ? guessed(state) : said;
  }

  private static List<Cidr> guessed(ClusterState state) {
    Optional<IpAddress> first = state
        .get(Service.class, "default", "kubernetes")
        .flatMap(service -> AddressTexts.parse(service.spec().clusterIp()));
    Map<IpFamily, Cidr> held = new EnumMap<>(IpFamily.class);
    first.ifPresent(ip -> held.put(ip.family(), smallest(ip)));
    for (Service service : state.list(Service.class)) {
      for (String text : service.spec().clusterIps()) {
        AddressTexts.parse(text)
            .ifPresent(ip -> held.merge(ip.family(), smallest(ip), ServiceRanges::smallest));
      }
    }
    IpFamily family = first.map(IpAddress::family).orElse(IpFamily.IPV4);
    List<Cidr> blocks = new ArrayList<>();
    blocks.add(USUAL.stream()
        .filter(usual -> first.map(usual.at(1)::equals).orElse(usual == USUAL.get(0)))
        .findFirst()
        .orElseGet(() -> held.get(family)));
    held.forEach((other, block) -> {
      if (other != family) {
        blocks.add(block);
      }
    });
    return blocks;
  }

  private static Cidr smallest(IpAddress address) {
    Cidr block = Cidr.containing(address, address.family().addressBits() - FEWEST_HOST_BITS);
    while (!hasUsable(block, address) && mayGrow(block)) {
      block = larger(block);
    }
    return block;
  }

  /** The smallest block that holds two, or the largest that a server takes and that holds one. */
  private static Cidr smallest(Cidr one, Cidr other) {
    Cidr block = one;
    while (!block.contains(other) && mayGrow(block)) {
      block = larger(block);
    }
    return block;
  }

  private static boolean mayGrow(Cidr block) {
    return block.prefixLength() > 0 && block.hostBits() < MOST_HOST_BITS;
  }

  private static Cidr larger(Cidr block) {
    return Cidr.containing(block.address(), block.prefixLength() - 1);
  }

  private static boolean hasUsable(Cidr block, IpAddress address) {
    return !address.equals(block.address()) && (!address.isV4() || !address.equals(block.last()));
  }
}
