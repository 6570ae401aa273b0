package dev.hairpin.path.conntrack;

import dev.hairpin.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What one end of a connection is to be translated to.
 *
 * @param first the first address, or null to keep the address
 * @param last the last address; null exactly if {@code first} is
 * @param firstPort the first port, or 0 to let the kernel choose
 * @param lastPort the last port, or 0
 * @param random whether {@code --random} was given
 * @param randomFully whether {@code --random-fully} was given
 */
public record NatRange(
    @Nullable IpAddress first,
    @Nullable IpAddress last,
    int firstPort,
    int lastPort,
    boolean random,
    boolean randomFully) {

  /**
   * One address, any port.
   *
   * @param address the address
   * @param randomFully whether the port is drawn even if the caller's own is free
   * @return the range
   */
  public static NatRange to(IpAddress address, boolean randomFully) {
    return new NatRange(address, address, 0, 0, false, randomFully);
  }

  /**
   * One address and one port.
   *
   * @param address the address
   * @param port the port, 1 to 65535
   * @return the range
   */
  public static NatRange to(IpAddress address, int port) {
    return new NatRange(address, address, port, port, false, false);
  }
}
