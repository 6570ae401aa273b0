package dev.hairpin.path;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A route of a host.
 *
 * @param type what it does
 * @param destination where it leads to
 * @param via the next hop, or null if the destination is on the link
 * @param device the name of the device, or null where the type needs none
 * @param source the address that packets of the host itself take, or null to choose one
 */
public record Route(
    Type type,
    Cidr destination,
    @Nullable IpAddress via,
    @Nullable String device,
    @Nullable IpAddress source) {

  /** What a route does with a packet. */
  public enum Type {
    /** To this host. */
    LOCAL,
    /** Through a device. */
    UNICAST,
    /** To everybody on the link. */
    BROADCAST,
    /** Away, silently. */
    BLACKHOLE,
    /** Away; the sender gets host unreachable. */
    UNREACHABLE,
    /** Away; the sender gets administratively prohibited. */
    PROHIBIT
  }

  /**
   * A route through a gateway.
   *
   * @param destination where it leads to
   * @param via the next hop
   * @param device the name of the device
   * @return the route
   */
  public static Route via(Cidr destination, IpAddress via, String device) {
    return new Route(Type.UNICAST, destination, via, device, null);
  }

  /**
   * A route to a link.
   *
   * @param destination where it leads to
   * @param device the name of the device
   * @return the route
   */
  public static Route onLink(Cidr destination, String device) {
    return new Route(Type.UNICAST, destination, null, device, null);
  }

  /**
   * A route that leads nowhere.
   *
   * @param type {@code BLACKHOLE}, {@code UNREACHABLE} or {@code PROHIBIT}
   * @param destination what is not to be reached
   * @return the route
   */
  public static Route refusing(Type type, Cidr destination) {
    return new Route(type, destination, null, null, null);
  }

  /** As {@code ip route} prints it: {@code default via 192.168.10.254 dev eth0}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    if (type != Type.UNICAST) {
      out.append(type.name().toLowerCase(Locale.ROOT)).append(' ');
    }
    if (destination.prefixLength() == 0) {
      out.append("default");
    } else if (destination.hostBits() == 0) {
      out.append(destination.address());
    } else {
      out.append(destination);
    }
    if (via != null) {
      out.append(" via ").append(via);
    }
    if (device != null) {
      out.append(" dev ").append(device);
    }
    return out.toString();
  }
}
