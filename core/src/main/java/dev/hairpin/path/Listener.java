package dev.hairpin.path;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A process that waits for callers.
 *
 * @param process its name, such as the pod's
 * @param protocol TCP, UDP or SCTP
 * @param address the address that it is bound to, or null for every address of the host; 0.0.0.0
 *     stands for every IPv4 address, and ::, as where a socket takes both families, for every one
 * @param port the port, 1 to 65535
 */
public record Listener(
    String process, Protocol protocol, @Nullable IpAddress address, int port) {

  boolean takes(Protocol p, SocketAddress to) {
    return p == protocol && to.port() == port && isBoundTo(to.address());
  }

  private boolean isBoundTo(IpAddress to) {
    return address == null
        || address.equals(to)
        || (address.isUnspecified() && (to.isV4() || !address.isV4()));
  }
}
