package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of a service port, as the rules need it.
 *
 * @param text {@code address:port}, with brackets for IPv6
 * @param ipText the address as the rules show it
 * @param ip the address; null if the text is none that iptables reads
 * @param port the port
 * @param node the node on which it runs; null if that is not known
 * @param ready whether it takes new connections
 * @param serving whether it answers, perhaps while it ends
 * @param terminating whether it ends
 * @param zoneHints the zones that should use it
 * @param nodeHints the nodes that should use it
 * @param chain the name of its chain
 */
record EndpointInfo(
    String text,
    String ipText,
    @Nullable IpAddress ip,
    int port,
    @Nullable String node,
    boolean ready,
    boolean serving,
    boolean terminating,
    List<String> zoneHints,
    List<String> nodeHints,
    String chain) {

  /** Whether it runs on a node; not if the node has no name. */
  boolean isOn(String name) {
    return !name.isEmpty() && name.equals(node);
  }

  /** A sum over what tells endpoints of a list apart, cheaper than one over everything. */
  int sum() {
    return 31 * text.hashCode()
        + (ready ? 1 : 0)
        + (serving ? 2 : 0)
        + (terminating ? 4 : 0)
        + (node == null ? 0 : 8 * node.hashCode());
  }
}
