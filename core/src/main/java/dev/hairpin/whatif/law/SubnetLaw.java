package dev.hairpin.whatif.law;

import dev.hairpin.cluster.ipam.InstanceLimits;

/**
 * What nodes whose pods have addresses of the VPC take of a subnet.
 *
 * <p>A node keeps more addresses than its pods have: each interface has one of its own, and the CNI
 * plugin keeps some warm, either whole interfaces ({@code WARM_ENI_TARGET}, 1 by default) or single
 * addresses ({@code WARM_IP_TARGET}).
 *
 * <p>Source: Amazon VPC user guide, "Subnet sizing"; Amazon VPC CNI plugin, "ENI and IP target
 * configuration"; without prefix delegation and custom networking.
 */
public final class SubnetLaw {

  /** The addresses of a subnet that AWS keeps: the first four and the last. */
  public static final int KEPT_BY_AWS = 5;

  private SubnetLaw() {}

  /**
   * The addresses that a subnet can give.
   *
   * @param prefixLength the length of its IPv4 prefix, 16 to 28 as AWS allows
   * @return addresses; 251 for a /24
   * @throws IllegalArgumentException if AWS has no such subnet
   */
  public static int addresses(int prefixLength) {
    if (prefixLength < 16 || prefixLength > 28) {
      throw new IllegalArgumentException(
          "a subnet's prefix length is 16 to 28, not " + prefixLength);
    }
    return (1 << (32 - prefixLength)) - KEPT_BY_AWS;
  }

  /**
   * The addresses that a node holds which keeps whole interfaces warm.
   *
   * @param pods how many of its pods have an address, not negative
   * @param type what its instance type can hold
   * @param warmInterfaces {@code WARM_ENI_TARGET}, not negative
   * @return addresses: all of the interfaces in use and of the warm ones, as far as the type has
   *     room
   * @throws IllegalArgumentException if a number is negative
   */
  public static int heldWithWarmInterfaces(int pods, InstanceLimits type, int warmInterfaces) {
    Check.notNegative("pods", pods);
    Check.notNegative("warm interfaces", warmInterfaces);
    int wanted = inUse(pods, type) + warmInterfaces;
    return Math.max(1, Math.min(wanted, type.interfaces())) * type.addressesPerInterface();
  }

  /**
   * The addresses that a node holds which keeps single addresses warm.
   *
   * @param pods how many of its pods have an address, not negative
   * @param type what its instance type can hold
   * @param warmAddresses {@code WARM_IP_TARGET}, not negative
   * @return addresses: of the pods, the warm ones as far as the type has room, and one for each
   *     interface itself
   * @throws IllegalArgumentException if a number is negative
   */
  public static int heldWithWarmAddresses(int pods, InstanceLimits type, int warmAddresses) {
    Check.notNegative("pods", pods);
    Check.notNegative("warm addresses", warmAddresses);
    int wanted = Math.min(pods + warmAddresses, type.assignable(false, false));
    return wanted + Math.max(1, inUse(wanted, type));
  }

  private static int inUse(int pods, InstanceLimits type) {
    int each = type.addressesPerInterface() - 1;
    return (pods + each - 1) / each;
  }
}
