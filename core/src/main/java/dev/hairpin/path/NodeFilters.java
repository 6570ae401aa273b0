package dev.hairpin.path;

import java.util.Optional;

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
}
