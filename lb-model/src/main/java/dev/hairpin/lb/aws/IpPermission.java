package dev.hairpin.lb.aws;

import java.util.Locale;

/**
 * One rule of a security group that lets one source in.
 *
 * @param protocol {@code tcp}, {@code udp}, or {@code -1} for all
 * @param fromPort the lowest port; -1 for all protocols
 * @param toPort the highest port; -1 for all protocols
 * @param source an IPv4 or IPv6 block, the id of a security group, or of a prefix list
 * @param description the description; may be empty
 */
public record IpPermission(
    String protocol, int fromPort, int toPort, String source, String description)
    implements Comparable<IpPermission> {

  /**
   * Whether the source is a security group.
   *
   * @return true if the members of a group may come in
   */
  public boolean fromGroup() {
    return source.startsWith("sg-");
  }

  /** By protocol, ports, source and description. */
  @Override
  public int compareTo(IpPermission other) {
    int order = protocol.compareTo(other.protocol);
    if (order == 0) {
      order = Integer.compare(fromPort, other.fromPort);
    }
    if (order == 0) {
      order = Integer.compare(toPort, other.toPort);
    }
    if (order == 0) {
      order = source.compareTo(other.source);
    }
    return order == 0 ? description.compareTo(other.description) : order;
  }

  /** All parts on one line, ports in five digits so that lines sort by port. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s|%05d|%05d|%s|%s", protocol, fromPort, toPort, source, description);
  }
}
