package dev.hairpin.lb.elb;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A permission of a security group for incoming packets.
 *
 * @param protocol the protocol, or null for all
 * @param fromPort the lowest port; unused for all protocols
 * @param toPort the highest port, counted in
 * @param source the block that packets may come from, or null
 * @param sourceGroup the group whose interfaces packets may come from, or null
 */
public record SecurityGroupRule(
    @Nullable Protocol protocol,
    int fromPort,
    int toPort,
    @Nullable Cidr source,
    @Nullable String sourceGroup) {

  /**
   * A permission for one TCP port and a block.
   *
   * @param port the port
   * @param source the block
   * @return the permission
   */
  public static SecurityGroupRule tcp(int port, Cidr source) {
    return new SecurityGroupRule(Protocol.TCP, port, port, source, null);
  }

  /**
   * Whether a packet may come in by this permission.
   *
   * @param packetProtocol its protocol
   * @param port its destination port
   * @param from its source address
   * @param fromGroups the security groups of the interface that sent it; empty outside the VPC
   * @return true if protocol, port and source fit
   */
  public boolean admits(
      Protocol packetProtocol, int port, IpAddress from, Collection<String> fromGroups) {
    boolean portFits =
        protocol == null || (protocol == packetProtocol && port >= fromPort && port <= toPort);
    return portFits
        && ((source != null && source.contains(from))
            || (sourceGroup != null && fromGroups.contains(sourceGroup)));
  }

  /** {@code tcp 80 from 0.0.0.0/0}. */
  @Override
  public String toString() {
    String ports = fromPort == toPort ? Integer.toString(fromPort) : fromPort + "-" + toPort;
    String what = protocol == null ? "all" : protocol.lowerCase() + " " + ports;
    return what + " from " + (source != null ? source.toString() : sourceGroup);
  }
}
