package dev.hairpin.path.addon;

import dev.hairpin.path.Listener;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.conntrack.ConntrackEntry;
import java.util.List;
import java.util.Map;
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
   * The servers that the component itself runs on a node, such as those of kube-proxy by which load
   * balancers learn whether the node serves.
   *
   * @param node the node's name
   * @return what listens, as processes called {@code kube-proxy}; none if the component does not
   *     run on the node. The same object is returned until it changes
   */
  default List<Listener> servers(String node) {
    return List.of();
  }

  /**
   * What one of the component's own servers answers to an HTTP request.
   *
   * @param node the node's name
   * @param port the port of the server
   * @param path the path of the request, such as {@code /healthz}
   * @return the HTTP status, such as 200 or 503; nothing if no server listens there
   */
  default OptionalInt httpStatus(String node, int port, String path) {
    return OptionalInt.empty();
  }

  /**
   * The kernel settings that the component writes when it starts on a node, as kube-proxy does with
   * those of connection tracking.
   *
   * @param node the node's name
   * @return the values by name, such as {@code net.netfilter.nf_conntrack_max}
   */
  default Map<String, String> sysctls(String node) {
    return Map.of();
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
