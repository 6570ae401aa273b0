package dev.hairpin.iptables.kernel;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.Protocol;
import java.util.List;
import java.util.Map;

/**
 * What is compared: rules for the nodes of a {@link TwinCluster}, and whom to call under them.
 *
 * @param rules the rules of each node, by the node's name
 * @param targets what every caller calls
 */
record Experiment(Map<String, RuleSet> rules, List<Target> targets) {

  /**
   * Something to call.
   *
   * @param protocol TCP or UDP
   * @param address the address
   * @param port the port
   * @param sticky whether a caller keeps its endpoint, so that it calls twice, one after the other
   */
  record Target(Protocol protocol, String address, int port, boolean sticky) {
    static Target once(Protocol protocol, String address, int port) {
      return new Target(protocol, address, port, false);
    }

    boolean isLoopback() {
      return address.startsWith("127.");
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    rules.forEach((node, set) -> text.append(node).append('\n').append(set));
    return text.toString();
  }
}
