package dev.hairpin.iptables;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and ports that a NAT target may choose from.
 *
 * @param first the lowest address; null if the address stays
 * @param last the highest address, counted in; null if the address stays
 * @param ports the ports; null if the port stays where it can
 * @param basePort the port from which a shifted port range counts; -1 if it is not shifted
 */
public record NatTo(
    @Nullable IpAddress first,
    @Nullable IpAddress last,
    @Nullable PortRange ports,
    int basePort) {

  /**
   * Checks that the addresses come as a pair.
   *
   * @throws IllegalArgumentException if only one of them is null
   */
  public NatTo {
    if ((first == null) != (last == null)) {
      throw new IllegalArgumentException("a NAT range has two addresses or none");
    }
  }

  /**
   * One address and one port.
   *
   * @param to where to
   * @return the range
   */
  public static NatTo of(SocketAddress to) {
    return new NatTo(to.address(), to.address(), PortRange.of(to.port()), -1);
  }

  /**
   * One address; the port stays.
   *
   * @param address where to
   * @return the range
   */
  public static NatTo of(IpAddress address) {
    return new NatTo(address, address, null, -1);
  }

  /** {@code first-last:port-port/base}, each part only where it is given; IPv6 in brackets. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    if (first != null && last != null) {
      boolean brackets = ports != null && !first.isV4();
      out.append(brackets ? "[" : "").append(AddressText.of(first));
      if (!first.equals(last)) {
        out.append('-').append(AddressText.of(last));
      }
      out.append(brackets ? "]" : "");
    }
    if (ports != null) {
      out.append(':').append(ports.first());
      if (ports.first() != ports.last()) {
        out.append('-').append(ports.last());
      }
      if (basePort >= 0) {
        out.append('/').append(basePort);
      }
    }
    return out.toString();
  }
}
