package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The blocks of one family whose local addresses take node ports. */
record NodePortAddresses(List<Cidr> blocks) {
  private static final IpAddress LOOPBACK_START = IpAddress.v4(0x7f00_0000);

  static NodePortAddresses of(
      KubeProxyConfiguration configuration,
      KubeProxyVersion version,
      HostFacts host,
      IpFamily family) {
    List<Cidr> blocks = new ArrayList<>();
    List<String> texts = configuration.nodePortAddresses();
    if (version.knowsPrimaryNodePortAddresses() && texts.equals(List.of("primary"))) {
      blocks.add(Cidr.host(host.nodeIp(family)));
    }
    for (String text : texts) {
      LenientIp.parseCidr(text).filter(b -> b.family() == family).ifPresent(blocks::add);
    }
    if (blocks.isEmpty()) {
      IpAddress zero = family == IpFamily.IPV4 ? IpAddress.v4(0) : IpAddress.v6(0, 0);
      blocks.add(new Cidr(zero, 0));
    }
    return new NodePortAddresses(blocks);
  }

  boolean matchAll() {
    return blocks.stream().anyMatch(block -> block.prefixLength() == 0);
  }

  boolean containsIpv4Loopback() {
    return blocks.stream()
        .anyMatch(b -> b.family() == IpFamily.IPV4
            && (b.address().isLoopback() || b.contains(LOOPBACK_START)));
  }

  /** The host's addresses in the blocks, each once, by their text. */
  List<IpAddress> localAddresses(HostFacts host) {
    return host.interfaceAddresses().stream()
        .filter(address -> blocks.stream().anyMatch(block -> block.contains(address)))
        .distinct()
        .sorted(Comparator.comparing(IpAddress::toString))
        .toList();
  }
}
