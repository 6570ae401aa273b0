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
 * @param local whether it runs on this node
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
    boolean local,
    boolean ready,
    boolean serving,
    boolean terminating,
    List<String> zoneHints,
    List<String> nodeHints,
    String chain) {}
