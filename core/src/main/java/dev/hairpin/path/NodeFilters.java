package dev.hairpin.path;

import java.util.Optional;
import java.util.OptionalInt;

/** A component that gives nodes their packet filter rules, as kube-proxy does. */
public interface NodeFilters extends AddOn.Component {

  /**
   * The rules of a node as they are now.
   *
   * @param node the node's name
   * @return the rules of both IP families; nothing if the component does not run on the node. The
   *     same object is returned until the rules change
   */
  Optional<PacketFilter> filterOf(String node);

  /**
   * What the component's HTTP server on a node says of a Service's health check node port: the
   * answer by which load balancers know whether the node has ready endpoints.
   *
   * @param node the node's name
   * @param port the health check node port
   * @return the HTTP status, such as 200 or 503; nothing if no server listens there
   */
  default OptionalInt healthCheckStatus(String node, int port) {
    return OptionalInt.empty();
  }
}
