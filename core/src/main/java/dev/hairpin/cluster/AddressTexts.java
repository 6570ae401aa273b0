package dev.hairpin.cluster;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Addresses and blocks as objects write them, judged as the API server does.
 *
 * <p>Source: {@code netutils.ParseIPSloppy} and {@code IsValidIPForLegacyField} of apimachinery
 * v0.36.
 */
final class AddressTexts {
  private static final Cidr LINK_LOCAL_V4 = Cidr.parse("169.254.0.0/16");
  private static final Cidr LINK_LOCAL_V6 = Cidr.parse("fe80::/10");
  private static final Cidr LINK_LOCAL_MULTICAST_V4 = Cidr.parse("224.0.0.0/24");

  private AddressTexts() {}

  /** An address; leading zeros in IPv4 are passed over, as Go did before 1.17. */
  static Optional<IpAddress> parse(String text) {
    Optional<IpAddress> exact = IpAddress.tryParse(text);
    return exact.isPresent() ? exact : IpAddress.tryParse(withoutLeadingZeros(text));
  }

  private static String withoutLeadingZeros(String text) {
    if (text.length() > 64 || text.indexOf(':') >= 0) {
      return text;
    }
    String[] parts = text.split("\\.", -1);
    StringBuilder out = new StringBuilder();
    for (String part : parts) {
      if (part.isEmpty() || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return text;
      }
      out.append(out.isEmpty() ? "" : ".").append(part.replaceFirst("^0+(?=.)", ""));
    }
    return out.toString();
  }

  private static boolean isMapped(String text) {
    return text.indexOf(':') >= 0
        && IpAddress.tryParse(text).map(IpAddress::isV4).orElse(false);
  }

  /** Whether a text is an IPv6 address; other texts count as IPv4, as Go's helper has it. */
  static boolean isV6(String text) {
    return parse(text).map(a -> !a.isV4()).orElse(false);
  }

  static IpFamily family(String text) {
    return isV6(text) ? IpFamily.IPV6 : IpFamily.IPV4;
  }

  /** Judges an address; one that the object already had is not judged strictly. */
  static void address(
      FieldErrors errors,
      ApiFeatures features,
      String path,
      String value,
      Collection<String> existing) {
    if (parse(value).isEmpty()) {
      errors.invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    } else if (features.strictAddresses() && !existing.contains(value)) {
      if (IpAddress.tryParse(value).isEmpty()) {
        errors.invalid(path, value, "must not have leading 0s");
      } else if (isMapped(value)) {
        errors.invalid(path, value, "must not be an IPv4-mapped IPv6 address");
      }
    }
  }

  /** Judges an address that must be written in one way only. */
  static void strictAddress(FieldErrors errors, ApiFeatures features, String path, String value) {
    int before = errors.size();
    address(errors, features.withGate("StrictIPCIDRValidation", true), path, value, List.of());
    parse(value)
        .map(IpAddress::toString)
        .filter(canonical -> errors.size() == before && !canonical.equals(value))
        .ifPresent(canonical -> errors.invalid(path, value, canonicalForm(canonical)));
  }

  private static String canonicalForm(String canonical) {
    return "must be in canonical form (" + FieldErrors.quote(canonical) + ")";
  }

  /** A block of which the parts are known. */
  private record Block(String address, int length, IpAddress parsed) {
    Cidr masked() {
      return Cidr.containing(parsed, length);
    }
  }

  private static Optional<Block> block(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String digits = text.substring(slash + 1);
    if (digits.isEmpty()
        || digits.length() > 9
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    String address = text.substring(0, slash);
    int length = Integer.parseInt(digits);
    return parse(address).flatMap(parsed -> {
      int own = isMapped(address) ? length - 96 : length;
      return own < 0 || own > parsed.family().addressBits()
          ? Optional.empty()
          : Optional.of(new Block(address, own, parsed));
    });
  }

  /** The block that a text writes, without the bits beyond the prefix. */
  static Optional<Cidr> cidr(String text) {
    return block(text).map(Block::masked);
  }

  private static boolean hasLeadingZeros(String text, Block block) {
    String digits = text.substring(text.indexOf('/') + 1);
    return IpAddress.tryParse(block.address).isEmpty()
        || (digits.length() > 1 && digits.charAt(0) == '0');
  }

  /** Judges a block. */
  static void cidr(
      FieldErrors errors,
      ApiFeatures features,
      String path,
      String value,
      Collection<String> existing) {
    Optional<Block> block = block(value);
    if (block.isEmpty()) {
      errors.invalid(
          path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
    } else if (features.strictAddresses() && !existing.contains(value)) {
      if (hasLeadingZeros(value, block.get())) {
        errors.invalid(path, value, "must not have leading 0s in IP or prefix length");
      } else if (isMapped(block.get().address)) {
        errors.invalid(path, value, "must not have an IPv4-mapped IPv6 address");
      } else if (!block.get().masked().address().equals(block.get().parsed)) {
        errors.invalid(path, value, "must not have bits set beyond the prefix length");
      }
    }
  }

  /** Judges a block that must be written in one way only. */
  static void strictCidr(FieldErrors errors, ApiFeatures features, String path, String value) {
    int before = errors.size();
    cidr(errors, features.withGate("StrictIPCIDRValidation", true), path, value, List.of());
    cidr(value)
        .map(Cidr::toString)
        .filter(canonical -> errors.size() == before && !canonical.equals(value))
        .ifPresent(canonical -> errors.invalid(path, value, canonicalForm(canonical)));
  }

  /** What the server warns of about an address in an unusual form. */
  static List<String> warningsForAddress(ApiFeatures features, String path, String value) {
    Optional<IpAddress> parsed = parse(value);
    if (parsed.isEmpty()) {
      return List.of();
    }
    if (IpAddress.tryParse(value).isEmpty() || isMapped(value)) {
      return List.of(path
          + ": non-standard IP address "
          + FieldErrors.quote(value)
          + invalidNow(features)
          + FieldErrors.quote(parsed.get().toString()));
    }
    if (!parsed.get().isV4() && !parsed.get().toString().equals(value)) {
      return List.of(path
          + ": IPv6 address "
          + FieldErrors.quote(value)
          + " should be in RFC 5952 canonical format ("
          + FieldErrors.quote(parsed.get().toString())
          + ")");
    }
    return List.of();
  }

  private static String invalidNow(ApiFeatures features) {
    return features.externalIpsDeprecated()
        ? " is invalid: use "
        : " will be considered invalid in a future Kubernetes release: use ";
  }

  /** What the server warns of about a block in an unusual form. */
  static List<String> warningsForCidr(ApiFeatures features, String path, String value) {
    Optional<Block> found = block(value);
    if (found.isEmpty()) {
      return List.of();
    }
    Block block = found.get();
    List<String> warnings = new ArrayList<>();
    if (!block.masked().address().equals(block.parsed)) {
      warnings.add(path
          + ": CIDR value "
          + FieldErrors.quote(value)
          + " is ambiguous in this context (should be "
          + FieldErrors.quote(block.masked().toString())
          + " or "
          + FieldErrors.quote(block.parsed + "/" + block.parsed.family().addressBits())
          + "?)");
    }
    if (hasLeadingZeros(value, block) || isMapped(block.address)) {
      warnings.add(path
          + ": non-standard CIDR value "
          + FieldErrors.quote(value)
          + invalidNow(features)
          + FieldErrors.quote(block.masked().toString()));
    }
    if (warnings.isEmpty() && !block.parsed.isV4() && !block.masked().toString().equals(value)) {
      warnings.add(path
          + ": IPv6 CIDR value "
          + FieldErrors.quote(value)
          + " should be in RFC 5952 canonical format ("
          + FieldErrors.quote(block.masked().toString())
          + ")");
    }
    return warnings;
  }

  /** Judges an address that traffic is to go to: not unspecified, loopback or link-local. */
  static void special(FieldErrors errors, String path, String value) {
    Optional<IpAddress> parsed = parse(value);
    if (parsed.isEmpty()) {
      errors.invalid(path, value, "must be a valid IP address");
      return;
    }
    IpAddress address = parsed.get();
    if (address.isUnspecified()) {
      errors.invalid(path, value, "may not be unspecified (" + value + ")");
    }
    if (address.isLoopback()) {
      errors.invalid(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if (LINK_LOCAL_V4.contains(address) || LINK_LOCAL_V6.contains(address)) {
      errors.invalid(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if (LINK_LOCAL_MULTICAST_V4.contains(address) || isLinkLocalMulticastV6(address)) {
      errors.invalid(
          path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
  }

  /** Go's test: first octet ff, scope 2 in the second, whatever the text says of a /10. */
  private static boolean isLinkLocalMulticastV6(IpAddress address) {
    return !address.isV4() && ((address.high() >>> 48) & 0xff0f) == 0xff02;
  }
}
