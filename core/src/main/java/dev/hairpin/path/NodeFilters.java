package dev.hairpin.path;

import dev.hairpin.path.conntrack.ConntrackEntry;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

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

  /**
   * Says who deletes entries of the nodes' connection tracking when the component finds them stale,
   * as kube-proxy does with the datagram flows of endpoints that are gone.
   *
   * @param delete takes the node's name and which of its entries are to be deleted; called while
   *     {@link #filterOf} or the clock is at work
   */
  default void cleansBy(BiConsumer<String, Predicate<ConntrackEntry>> delete) {}
}
