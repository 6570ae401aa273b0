package dev.hairpin.analysis.explain;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/** What an address and port stand for in a cluster. */
sealed interface Dialled {

  /**
   * An address that a Service has for itself: ClusterIP, external IP, load balancer IP.
   *
   * @param service the Service
   */
  record ServiceAddress(Service service) implements Dialled {}

  /**
   * A node port.
   *
   * @param service the Service that has it
   * @param index the port's place in its list
   * @param node the node that was dialled
   */
  record NodePort(Service service, int index, Node node) implements Dialled {}

  /**
   * A node's address with a port of no Service.
   *
   * @param node the node
   */
  record OnNode(Node node) implements Dialled {}

  /**
   * A pod's address.
   *
   * @param pod the pod
   */
  record InPod(Pod pod) implements Dialled {}

  /** An address of nothing in the cluster. */
  record Foreign() implements Dialled {}

  static Dialled of(SocketAddress to, ClusterView state) {
    String text = to.address().toString();
    for (Service service : state.list(Service.class)) {
      boolean has = service.spec().clusterIps().contains(text)
          || service.spec().externalIps().contains(text)
          || service.loadBalancer().stream().anyMatch(i -> i.ip().equals(text));
      if (has) {
        return new ServiceAddress(service);
      }
    }
    Optional<Node> node =
        state.list(Node.class).stream().filter(n -> has(n, to.address())).findFirst();
    if (node.isPresent()) {
      return onNode(node.get(), to.port(), state);
    }
    return state.list(Pod.class).stream()
        .filter(p -> p.podIps().contains(text))
        .findFirst()
        .<Dialled>map(InPod::new)
        .orElseGet(Foreign::new);
  }

  private static Dialled onNode(Node node, int port, ClusterView state) {
    for (Service service : state.list(Service.class)) {
      List<Integer> ports =
          service.spec().ports().stream().map(p -> p.nodePort()).toList();
      int index = ports.indexOf(port);
      if (index >= 0) {
        return new NodePort(service, index, node);
      }
    }
    return new OnNode(node);
  }

  private static boolean has(Node node, IpAddress address) {
    return node.internalIp(address.family()).filter(address::equals).isPresent();
  }
}
