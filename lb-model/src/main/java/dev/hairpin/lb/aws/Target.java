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
    int common = Math.min(id.length(), other.id.length());
    if (id.regionMatches(0, other.id, 0, common)) {
      return id.length() == other.id.length()
          ? Integer.toString(port).compareTo(Integer.toString(other.port))
          : toString().compareTo(other.toString());
    }
    return id.compareTo(other.id);
  }

  /** {@code id:port}. */
  @Override
  public String toString() {
    return id + ":" + port;
  }
}
