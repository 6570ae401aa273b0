package dev.hairpin.dns.corefile;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Zones as a Corefile writes them: names, or blocks of addresses, which stand for their reverse
 * zones.
 */
public final class ZoneNames {
  private ZoneNames() {}

  /**
   * The zones that a word stands for.
   *
   * @param text a name, with or without its final dot, or a block such as {@code 10.0.0.0/16}; a
   *     port behind a colon is ignored
   * @return one zone, or those that a block of addresses is made of
   * @throws IllegalArgumentException if it is neither a name nor a block
   */
  public static List<DnsName> expand(String text) {
    Optional<Cidr> block = Cidr.tryParseMasked(text);
    if (block.isPresent()) {
      return reverse(block.get());
    }
    String name = text.toLowerCase(Locale.ROOT);
    int colon = name.lastIndexOf(':');
    return List.of(
        DnsName.parse(colon < 0 || name.length() == colon ? name : name.substring(0, colon)));
  }

  /**
   * The zones that words stand for.
   *
   * @param texts names or blocks
   * @return the zones
   * @throws IllegalArgumentException if one is neither a name nor a block
   */
  public static List<DnsName> expandAll(List<String> texts) {
    return texts.stream().flatMap(t -> expand(t).stream()).toList();
  }

  /** A block ends at an octet (IPv6: a nibble), or is cut into the blocks within it that do. */
  private static List<DnsName> reverse(Cidr block) {
    int digitBits = block.address().isV4() ? 8 : 4;
    int length = (block.prefixLength() + digitBits - 1) / digitBits * digitBits;
    int count = 1 << (length - block.prefixLength());
    List<DnsName> zones = new ArrayList<>();
    int below = block.family().addressBits() - length;
    for (int i = 0; i < count; i++) {
      zones.add(reverseZone(add(block.address(), i, below), length / digitBits));
    }
    return zones;
  }

  private static IpAddress add(IpAddress base, int index, int shift) {
    if (shift < 63) {
      return base.plus((long) index << shift);
    }
    return IpAddress.v6(base.high() + ((long) index << (shift - 64)), base.low());
  }

  private static DnsName reverseZone(IpAddress address, int digits) {
    byte[] octets = address.toBytes();
    StringBuilder name = new StringBuilder();
    for (int i = digits - 1; i >= 0; i--) {
      name.append(
          address.isV4()
              ? Integer.toString(octets[i] & 0xff)
              : Integer.toHexString(octets[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf));
      name.append('.');
    }
    return DnsName.parse(name + (address.isV4() ? "in-addr.arpa." : "ip6.arpa."));
  }
}
