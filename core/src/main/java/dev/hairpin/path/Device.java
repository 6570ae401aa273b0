package dev.hairpin.path;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A network device of a host. Made by {@link Host#device}. Not thread-safe. */
public final class Device {

  /**
   * An address of a device.
   *
   * @param address the address
   * @param prefixLength the length of the prefix of its network
   */
  record Assigned(IpAddress address, int prefixLength) {
    Cidr network() {
      return Cidr.containing(address, prefixLength);
    }

    /** Whether an address is the broadcast address of the network, which IPv6 does not have. */
    boolean isBroadcast(IpAddress other) {
      return prefixLength < 31
          && address.isV4()
          && other.isV4()
          && other.low() == (address.low() | (0xffff_ffffL >>> prefixLength));
    }
  }

  private final Host host;
  private final String name;
  final List<Assigned> addresses = new ArrayList<>();
  final List<Device> ports = new ArrayList<>();

  @Nullable
  Device peer;

  @Nullable
  Segment segment;

  @Nullable
  Device bridge;

  boolean isBridge;
  boolean hairpin;
  boolean proxyArp;
  boolean up = true;

  /** What the host's sysctls said about the device when it was last asked. */
  Host.@Nullable DeviceSettings settings;

  /** Devices that share a wire or a switch; who has which address is looked up in the network. */
  static final class Segment {
    final List<Device> devices = new ArrayList<>();
  }

  Device(Host host, String name) {
    this.host = host;
    this.name = name;
  }

  /**
   * The host.
   *
   * @return the host that the device belongs to
   */
  public Host host() {
    return host;
  }

  /**
   * The name.
   *
   * @return the name on its host, such as {@code eth0}
   */
  public String name() {
    return name;
  }

  boolean isLoopback() {
    return name.equals("lo");
  }

  /** {@code host/device}. */
  @Override
  public String toString() {
    return host.name() + "/" + name;
  }
}
