package dev.hairpin.path.fast;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.addon.AddOn;
import java.util.Collection;
import java.util.Optional;

/** A component that can compile the rules that it gives to nodes, as kube-proxy's can. */
public interface NodePrograms extends AddOn.Component {

  /**
   * The rules of a node as they are now, compiled.
   *
   * @param node the node's name
   * @param family the family
   * @param furtherAddresses addresses that the node has beside those of its Node object, such as
   *     those of bridges and veths
   * @return the program; nothing if the component does not run on the node, or the node does not
   *     have the family
   */
  Optional<DecisionProgram> programOf(
      String node, IpFamily family, Collection<IpAddress> furtherAddresses);
}
