package dev.hairpin.lb.aws;

/**
 * A target of a target group.
 *
 * @param id an instance id or an address
 * @param port the port
 * @param zone {@code all} for an address outside the VPC; empty otherwise
 */
public record Target(String id, int port, String zone) implements Comparable<Target> {

  /** Ordered as the controller orders them: by the text {@code id:port}. */
  @Override
  public int compareTo(Target other) {
    return toString().compareTo(other.toString());
  }

  /** {@code id:port}. */
  @Override
  public String toString() {
    return id + ":" + port;
  }
}
