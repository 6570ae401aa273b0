package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ipam.InstanceLimits;
import dev.hairpin.net.Cidr;
import dev.hairpin.whatif.Figure.How;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far the ranges are used that addresses and ports are taken from. */
final class RangeMeasures implements CapacityModel {
  private static final String INSTANCE_TYPE = "node.kubernetes.io/instance-type";

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
    ApiServerConfig config = cluster.api().config();
    for (Cidr block : config.serviceCidrs()) {
      double used = (double)
          cluster.api().allocatedAddresses().stream().filter(block::contains).count();
      double size = Math.pow(2, block.hostBits()) - (block.hostBits() > 32 ? 1 : 2);
      figures.add(Figure.of(Metric.CLUSTER_IPS, block.toString(), used, size, How.EXACT));
    }
    figures.add(Figure.of(
        Metric.NODE_PORTS,
        config.nodePorts().toString(),
        cluster.api().allocatedPorts().size(),
        config.nodePorts().size(),
        How.EXACT));
    return figures;
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
    String type = node.metadata().labels().getOrDefault(INSTANCE_TYPE, "");
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
