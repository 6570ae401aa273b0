package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ipam.InstanceLimits;
import dev.hairpin.cluster.ipam.PodAddresses;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.whatif.Figure.How;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How far the ranges are used that addresses and ports are taken from. */
final class RangeMeasures implements CapacityModel {

  /** Of a node's block, the network's and the node's own address and the last are not for pods. */
  private static final int NOT_FOR_PODS = 3;

  @Override
  public List<Figure> figures(Load load) {
    Cluster cluster = load.cluster();
    Map<String, Integer> pods = new HashMap<>();
    for (Pod pod : cluster.state().list(Pod.class)) {
      if (!pod.spec().hostNetwork() && !pod.podIps().isEmpty()) {
        pods.merge(pod.spec().nodeName(), 1, Integer::sum);
      }
    }
    List<Figure> figures = new ArrayList<>();
    for (Node node : cluster.state().list(Node.class)) {
      addresses(node, pods.getOrDefault(node.metadata().name(), 0), figures);
    }
    if (!cluster.isSnapshot()) {
      for (PodAddresses.Use use : cluster.controllers().kubelets().sharedAddresses()) {
        figures.add(Figure.of(
                Metric.SUBNET_ADDRESSES,
                use.block().toString(),
                (double) use.used(),
                (double) use.size(),
                How.EXACT)
            .because(forecast(use, cluster)));
      }
    }
    pending(cluster, figures);
    ApiServerConfig config = cluster.api().config();
    boolean said = !cluster.state().list(ServiceCidr.class).isEmpty();
    for (Cidr block : config.serviceCidrs()) {
      double used = (double)
          cluster.api().allocatedAddresses().stream().filter(block::contains).count();
      double size = Math.pow(2, block.hostBits()) - (block.hostBits() > 32 ? 1 : 2);
      figures.add(Figure.of(Metric.CLUSTER_IPS, block.toString(), used, size, How.EXACT)
          .because(said ? "" : "block guessed of the addresses in use"));
    }
    figures.add(Figure.of(
        Metric.NODE_PORTS,
        config.nodePorts().toString(),
        cluster.api().allocatedPorts().size(),
        config.nodePorts().size(),
        How.EXACT));
    return figures;
  }

  /**
   * When the subnet is empty, if nodes like those that are in it are added and filled: each takes
   * an address for every interface beside those of its pods.
   */
  private static String forecast(PodAddresses.Use use, Cluster cluster) {
    for (Node node : cluster.state().list(Node.class)) {
      String type = node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, "");
      Optional<InstanceLimits> limits = InstanceLimits.of(type);
      boolean inside =
          node.internalIp(IpFamily.IPV4).filter(use.block()::contains).isPresent();
      if (inside && limits.isPresent()) {
        long perNode = (long) limits.get().interfaces() * limits.get().addressesPerInterface();
        long nodes = Math.max(0, use.size() - use.used()) / perNode;
        long pods = nodes * limits.get().assignable(false, false);
        return "room for " + pods + " pods on " + nodes + " more full " + type;
      }
    }
    return "";
  }

  /** Pods without node or address, by workload: what scaling beyond the ranges looks like. */
  private static void pending(Cluster cluster, List<Figure> figures) {
    Map<String, Integer> waiting = new TreeMap<>();
    for (Pod pod : cluster.state().list(Pod.class)) {
      if (pod.phase().equals("Pending") && !pod.isTerminating() && pod.podIps().isEmpty()) {
        waiting.merge(Workloads.of(pod, cluster.state()), 1, Integer::sum);
      }
    }
    waiting.forEach((workload, count) -> figures.add(
        Figure.of(Metric.PENDING_PODS, workload, count, 0, How.EXACT).in(workload)));
  }

  private static void addresses(Node node, int pods, List<Figure> figures) {
    String name = node.metadata().name();
    Optional<Cidr> block = node.podCidrs().stream()
        .flatMap(text -> Cidr.tryParseMasked(text).stream())
        .findFirst();
    if (block.isPresent()) {
      double size = Math.pow(2, block.get().hostBits()) - NOT_FOR_PODS;
      figures.add(Figure.of(Metric.POD_ADDRESSES, name, pods, size, How.EXACT));
      return;
    }
    String type = node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, "");
    InstanceLimits.of(type).ifPresent(limits -> {
      figures.add(
          Figure.of(Metric.POD_ADDRESSES, name, pods, limits.assignable(false, false), How.EXACT)
              .because(type + ", without prefix delegation"));
      int each = limits.addressesPerInterface() - 1;
      int interfaces = Math.max(1, (pods + each - 1) / Math.max(1, each));
      figures.add(Figure.of(Metric.INTERFACES, name, interfaces, limits.interfaces(), How.EXACT)
          .because(type));
    });
  }
}
