package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.Severity;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Faults of kube-proxy's configuration, and rules that a node's iptables refuses. */
final class ProxyLint {
  private final KubeProxy addOn;
  private final ClusterState state;
  private final BiFunction<String, IpFamily, Optional<SyncResult>> lastSync;

  /**
   * A look at a cluster.
   *
   * @param lastSync what the last sync of a node did, by name and family
   */
  ProxyLint(
      KubeProxy addOn,
      ClusterState state,
      BiFunction<String, IpFamily, Optional<SyncResult>> lastSync) {
    this.addOn = addOn;
    this.state = state;
    this.lastSync = lastSync;
  }

  void check(Consumer<Finding> found) {
    List<Node> nodes = List.copyOf(state.list(Node.class));
    for (Node node : nodes) {
      KubeProxyConfiguration configuration = addOn.configurationOf(node);
      HostFacts host = KubeProxy.hostOf(node, configuration);
      for (IpFamily family : host.families()) {
        checkNodePorts(node, configuration, host, family, found);
        lastSync
            .apply(node.metadata().name(), family)
            .flatMap(SyncResult::failure)
            .ifPresent(failure -> found.accept(new Finding(
                Severity.ERROR,
                "PROXY_SYNC_FAILS",
                node.key(),
                "",
                "iptables-restore refuses the " + family + " rules, so that no Service's rules are"
                    + " renewed on this node: " + failure.getMessage(),
                "mend the object that the line is about; leading zeros in the addresses of"
                    + " endpoints are harmless from kube-proxy 1.31 on",
                List.of(),
                "")));
      }
    }
    if (!nodes.isEmpty()) {
      checkClusterCidr(addOn.configurationOf(nodes.get(0)), found);
    }
  }

  private void checkNodePorts(
      Node node,
      KubeProxyConfiguration configuration,
      HostFacts host,
      IpFamily family,
      Consumer<Finding> found) {
    NodePortAddresses open = NodePortAddresses.of(configuration, addOn.version(), host, family);
    boolean reached = open.matchAll()
        || open.localAddresses(host).stream().anyMatch(address -> !address.isLoopback());
    if (!reached) {
      found.accept(new Finding(
          Severity.WARNING,
          "NODE_PORTS_ON_NO_ADDRESS",
          node.key(),
          "",
          "nodePortAddresses " + configuration.nodePortAddresses() + " holds no " + family
              + " address of this node but loopback, so that nobody else reaches node ports, load"
              + " balancers with instance targets among them",
          "add the block of the nodes' addresses to nodePortAddresses",
          List.of(),
          ""));
    }
  }

  /** Pods outside of clusterCIDR count as outside clients: what they send is masqueraded. */
  private void checkClusterCidr(KubeProxyConfiguration configuration, Consumer<Finding> found) {
    if (configuration.detectLocalMode() != DetectLocalMode.CLUSTER_CIDR) {
      return;
    }
    for (IpFamily family : IpFamily.values()) {
      if (!(LocalTraffic.of(configuration, family, null) instanceof LocalTraffic.FromBlock pods)) {
        continue;
      }
      List<Pod> outside = new ArrayList<>();
      for (Pod pod : state.list(Pod.class)) {
        if (!pod.spec().hostNetwork() && isOutside(pod, pods.block())) {
          outside.add(pod);
        }
      }
      if (!outside.isEmpty()) {
        found.accept(new Finding(
            Severity.WARNING,
            "PODS_OUTSIDE_CLUSTER_CIDR",
            outside.get(0).key(),
            "status.podIP",
            (outside.size() == 1
                    ? "this pod's address is"
                    : outside.size() + " pods' addresses are")
                + " outside of kube-proxy's clusterCIDR " + pods.block() + ": to Services they are"
                + " strangers, and servers see a node's address instead of theirs",
            "let clusterCIDR hold all pods, or set detectLocalMode: NodeCIDR",
            List.of(),
            ""));
      }
    }
  }

  private static boolean isOutside(Pod pod, Cidr block) {
    return pod.podIps().stream()
        .flatMap(text -> IpAddress.tryParse(text).stream())
        .anyMatch(a -> a.family() == block.family() && !block.contains(a));
  }
}
