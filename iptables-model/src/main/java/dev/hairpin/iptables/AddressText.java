package dev.hairpin.iptables;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.Optional;

/** Addresses as the C library's {@code inet_pton} and {@code inet_ntop} read and print them. */
final class AddressText {
  private AddressText() {}

  /**
   * Prints an address. IPv4-mapped and IPv4-compatible IPv6 addresses end in dotted quads, as glibc
   * prints them.
   */
  static String of(IpAddress address) {
    if (address.family() == IpFamily.IPV6 && address.high() == 0) {
      long upper = address.low() >>> 32;
      int lower = (int) address.low();
      if (upper == 0xffff) {
        return "::ffff:" + IpAddress.v4(lower);
      }
      if (upper == 0 && (lower >>> 16) != 0) {
        return "::" + IpAddress.v4(lower);
      }
    }
    return address.toString();
  }

  /** Reads an address of a family; an IPv4-mapped one stays IPv6 where the family is IPv6. */
  static Optional<IpAddress> parse(String text, IpFamily family) {
    return IpAddress.tryParse(text)
        .map(a -> family == IpFamily.IPV6 && a.isV4() && text.indexOf(':') >= 0
            ? IpAddress.v6(0, 0xffff_0000_0000L | a.low())
            : a)
        .filter(a -> a.family() == family);
  }

  /**
   * Reads an IPv4 address as {@code inet_aton} does, which the C library tries after
   * {@code inet_pton}: octets may be octal or hexadecimal.
   */
  static Optional<IpAddress> parseLoosely(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    long bits = 0;
    for (String part : parts) {
      int octet = octet(part);
      if (octet < 0) {
        return Optional.empty();
      }
      bits = (bits << 8) | octet;
    }
    return Optional.of(new IpAddress(IpFamily.IPV4, 0, bits));
  }

  private static int octet(String part) {
    boolean hex = part.startsWith("0x") || part.startsWith("0X");
    boolean octal = !hex && part.length() > 1 && part.startsWith("0");
    String digits = hex ? part.substring(2) : part;
    if (digits.isEmpty() || digits.length() > 6 || digits.startsWith("+")) {
      return -1;
    }
    try {
      int value = Integer.parseInt(digits, hex ? 16 : octal ? 8 : 10);
      return value <= 255 ? value : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
