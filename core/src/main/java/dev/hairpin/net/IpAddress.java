package dev.hairpin.net;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address, without zone.
 *
 * <p>Ordered by family (IPv4 first), then by number. An IPv4-mapped IPv6 address such as
 * {@code ::ffff:10.0.0.1} is read as the IPv4 address, as Go's {@code netip.Addr.Unmap} and so
 * Kubernetes treat it.
 *
 * @param family the family
 * @param high the upper 64 bits of an IPv6 address; 0 for IPv4
 * @param low the lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address, unsigned
 */
public record IpAddress(IpFamily family, long high, long low) implements Comparable<IpAddress> {

  /**
   * Checks that the bits fit the family.
   *
   * @throws IllegalArgumentException if an IPv4 address has more than 32 bits
   */
  public IpAddress {
    if (family == IpFamily.IPV4 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  /**
   * The IPv4 address with these bits.
   *
   * @param bits the address, most significant octet first
   * @return the address
   */
  public static IpAddress v4(int bits) {
    return new IpAddress(IpFamily.IPV4, 0, bits & 0xffff_ffffL);
  }

  /**
   * The IPv6 address with these bits.
   *
   * @param high the upper 64 bits
   * @param low the lower 64 bits
   * @return the address
   */
  public static IpAddress v6(long high, long low) {
    return new IpAddress(IpFamily.IPV6, high, low);
  }

  /**
   * Reads an address.
   *
   * @param text dotted quads without leading zeros, or any RFC 4291 form without zone
   * @return the address
   * @throws IllegalArgumentException if it is none
   */
  public static IpAddress parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is not an IP address"));
  }

  /**
   * Reads an address where the text may be something else.
   *
   * @param text any text
   * @return the address, or nothing
   */
  public static Optional<IpAddress> tryParse(String text) {
    // Guava takes zones and the digits of every script, which Kubernetes and the kernel do not.
    return text.chars().allMatch(IpAddress::mayBeInAddress) && InetAddresses.isInetAddress(text)
        ? Optional.of(of(InetAddresses.forString(text)))
        : Optional.empty();
  }

  private static boolean mayBeInAddress(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'f')
        || (c >= 'A' && c <= 'F')
        || c == '.'
        || c == ':';
  }

  /**
   * The address of the JDK's type.
   *
   * @param address any address; a zone is dropped
   * @return the same address
   */
  public static IpAddress of(InetAddress address) {
    return ofBytes(address.getAddress());
  }

  /**
   * The address with these octets.
   *
   * @param octets 4 or 16 octets, most significant first
   * @return the address
   * @throws IllegalArgumentException if there are neither 4 nor 16
   */
  public static IpAddress ofBytes(byte[] octets) {
    if (octets.length == 4) {
      return new IpAddress(IpFamily.IPV4, 0, bits(octets, 0, 4));
    }
    if (octets.length != 16) {
      throw new IllegalArgumentException("an address has 4 or 16 octets, not " + octets.length);
    }
    long high = bits(octets, 0, 8);
    long low = bits(octets, 8, 8);
    if (high == 0 && low >>> 32 == 0xffffL) {
      return new IpAddress(IpFamily.IPV4, 0, low & 0xffff_ffffL);
    }
    return new IpAddress(IpFamily.IPV6, high, low);
  }

  private static long bits(byte[] octets, int from, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = (value << 8) | (octets[from + i] & 0xff);
    }
    return value;
  }

  /**
   * The octets on the wire.
   *
   * @return 4 or 16 octets, most significant first
   */
  public byte[] toBytes() {
    int size = family.addressBits() / 8;
    byte[] octets = new byte[size];
    for (int i = 0; i < size; i++) {
      int fromRight = size - 1 - i;
      long half = fromRight >= 8 ? high : low;
      octets[i] = (byte) (half >>> (8 * (fromRight % 8)));
    }
    return octets;
  }

  /**
   * The bits of an IPv4 address, as the packet path keeps them.
   *
   * @return the address, most significant octet first
   * @throws IllegalStateException if this is an IPv6 address
   */
  public int v4Bits() {
    if (family != IpFamily.IPV4) {
      throw new IllegalStateException(this + " is not an IPv4 address");
    }
    return (int) low;
  }

  /**
   * Whether this is an IPv4 address.
   *
   * @return true for IPv4
   */
  public boolean isV4() {
    return family == IpFamily.IPV4;
  }

  /**
   * Whether this is the address that stands for none: 0.0.0.0 or ::.
   *
   * @return true if every bit is 0
   */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  /**
   * Whether this address never leaves its host: 127.0.0.0/8 or ::1.
   *
   * @return true if it is a loopback address
   */
  public boolean isLoopback() {
    return isV4() ? low >>> 24 == 127 : high == 0 && low == 1;
  }

  /**
   * The address this many steps further on, wrapping at the end of the family.
   *
   * @param steps the distance; negative goes back
   * @return the address
   */
  public IpAddress plus(long steps) {
    if (isV4()) {
      return new IpAddress(family, 0, (low + steps) & 0xffff_ffffL);
    }
    long sum = low + steps;
    long carry = steps >= 0 && Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    long borrow = steps < 0 && Long.compareUnsigned(sum, low) > 0 ? 1 : 0;
    return new IpAddress(family, high + carry - borrow, sum);
  }

  /**
   * The same address for the JDK.
   *
   * @return an {@link Inet4Address} or {@link java.net.Inet6Address}
   */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(toBytes());
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public int compareTo(IpAddress other) {
    int byFamily = family.compareTo(other.family);
    if (byFamily != 0) {
      return byFamily;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  /** Dotted quads, or RFC 5952's form. {@link #parse} reads it back. */
  @Override
  public String toString() {
    if (isV4()) {
      return (low >>> 24) + "." + (low >>> 16 & 255) + "." + (low >>> 8 & 255) + "." + (low & 255);
    }
    return InetAddresses.toAddrString(toInetAddress());
  }
}
