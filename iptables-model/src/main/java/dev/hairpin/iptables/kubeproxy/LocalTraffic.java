package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Node;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a rule tests to know whether a packet comes from a pod. */
sealed interface LocalTraffic {

  /** The packet's source lies in a block: that of the node's pods, or one of all pods. */
  record FromBlock(Cidr block, boolean ofNode) implements LocalTraffic {}

  /** The packet's source lies in the block of the node's pods, whichever node it is. */
  record FromOwnBlock(IpFamily family) implements LocalTraffic {}

  /** The packet came in through a device; the name may end in {@code +}. */
  record FromDevice(String device) implements LocalTraffic {}

  /** The test that a configuration asks for; null if it leaves none for the family. */
  static @Nullable LocalTraffic of(
      KubeProxyConfiguration configuration, IpFamily family, @Nullable Node node) {
    return switch (configuration.detectLocalMode()) {
      case CLUSTER_CIDR ->
        firstOf(List.of(configuration.clusterCidr().split(",", -1)), family, false);
      case NODE_CIDR -> node == null ? null : firstOf(node.podCidrs(), family, true);
      case BRIDGE_INTERFACE -> device(configuration.bridgeInterface(), "");
      case INTERFACE_NAME_PREFIX -> device(configuration.interfaceNamePrefix(), "+");
    };
  }

  private static @Nullable LocalTraffic firstOf(
      List<String> blocks, IpFamily family, boolean ofNode) {
    Optional<Cidr> first = blocks.stream()
        .flatMap(text -> LenientIp.parseCidr(text.trim()).stream())
        .filter(block -> block.family() == family)
        .findFirst();
    return first.isPresent() ? new FromBlock(first.get(), ofNode) : null;
  }

  private static @Nullable LocalTraffic device(String name, String suffix) {
    return name.isEmpty() ? null : new FromDevice(name + suffix);
  }
}
