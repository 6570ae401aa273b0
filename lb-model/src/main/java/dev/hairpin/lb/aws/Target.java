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
    if (id.length() == other.id.length()) {
      int byId = id.compareTo(other.id);
      return byId != 0 ? byId : Integer.toString(port).compareTo(Integer.toString(other.port));
    }
    return id.startsWith(other.id) || other.id.startsWith(id)
        ? toString().compareTo(other.toString())
        : id.compareTo(other.id);
  }

  /** {@code id:port}. */
  @Override
  public String toString() {
    return id + ":" + port;
  }
}
