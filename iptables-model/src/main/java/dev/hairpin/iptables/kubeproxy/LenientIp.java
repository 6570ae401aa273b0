package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.Optional;

/**
 * Addresses as Kubernetes still reads them from stored objects: leading zeros are decimal.
 *
 * <p>Source: {@code k8s.io/utils/net.ParseIPSloppy} and {@code ParseCIDRSloppy}.
 */
final class LenientIp {
  private LenientIp() {}

  static Optional<IpAddress> parse(String text) {
    if (text.indexOf(':') >= 0) {
      return IpAddress.tryParse(text);
    }
    long bits = 0;
    int octets = 0;
    int value = -1;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        if (value < 0 || ++octets > 4) {
          return Optional.empty();
        }
        bits = (bits << 8) | value;
        value = -1;
      } else if (c >= '0' && c <= '9') {
        value = Math.max(value, 0) * 10 + (c - '0');
        if (value > 255) {
          return Optional.empty();
        }
      } else {
        return Optional.empty();
      }
    }
    return octets == 4 ? Optional.of(new IpAddress(IpFamily.IPV4, 0, bits)) : Optional.empty();
  }

  static Optional<Cidr> parseCidr(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    return parse(text.substring(0, slash))
        .flatMap(a -> Cidr.tryParseMasked(a + text.substring(slash)));
  }
}
