package dev.hairpin.lb.elb;

import org.jspecify.annotations.Nullable;

/**
 * A target: what {@code RegisterTargets} is given.
 *
 * @param id an instance id, or an address
 * @param port where it listens, 1 to 65535
 * @param availabilityZone the zone, {@code all} for an address outside the VPC, or null to let AWS
 *     find it by the subnet
 */
public record TargetDescription(
    String id, int port, @Nullable String availabilityZone)
    implements Comparable<TargetDescription> {

  /**
   * Checks the port.
   *
   * @throws ElbException if it is not within 1-65535
   */
  public TargetDescription {
    if (port < 1 || port > 65_535) {
      throw ElbException.invalid("Target port '" + port + "' must be between 1 and 65535");
    }
  }

  /**
   * A target whose zone AWS finds.
   *
   * @param id an instance id, or an address
   * @param port where it listens
   * @return the target
   */
  public static TargetDescription of(String id, int port) {
    return new TargetDescription(id, port, null);
  }

  /** By id, then port. */
  @Override
  public int compareTo(TargetDescription other) {
    int byId = id.compareTo(other.id);
    return byId != 0 ? byId : Integer.compare(port, other.port);
  }

  /** {@code id:port}. */
  @Override
  public String toString() {
    return id + ":" + port;
  }
}
