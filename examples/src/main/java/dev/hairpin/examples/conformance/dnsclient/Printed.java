package dev.hairpin.examples.conformance.dnsclient;

import dev.hairpin.dns.resolver.Lookup;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.resolver.Result;
import dev.hairpin.net.IpAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the recorded programs print what they got.
 *
 * @param library the library that the program used
 */
record Printed(ResolverLibrary library) {

  static Printed of(String client) {
    if (client.startsWith("glibc-")) {
      return new Printed(ResolverLibrary.GLIBC);
    }
    if (client.startsWith("musl-")) {
      return new Printed(ResolverLibrary.MUSL);
    }
    if (client.startsWith("go-")) {
      return new Printed(ResolverLibrary.GO);
    }
    if (client.startsWith("java-")) {
      return new Printed(ResolverLibrary.JAVA);
    }
    if (client.startsWith("node-")) {
      return new Printed(
          client.contains("dns.lookup")
              ? ResolverLibrary.NODE_LOOKUP
              : ResolverLibrary.NODE_RESOLVE);
    }
    throw new IllegalArgumentException("no library is known for client \"" + client + "\"");
  }

  String text(Lookup lookup) {
    List<IpAddress> addresses = lookup.addresses();
    if (lookup.result() instanceof Result.Failed failed) {
      return switch (library) {
        case GLIBC, MUSL -> "ERR " + failed.number() + " " + failed.text();
        case GO -> "[] " + failed.text();
        case JAVA -> lookup.name() + " -> UHE " + failed.text();
        case NODE_LOOKUP, NODE_RESOLVE -> failed.code() + " undefined";
      };
    }
    return switch (library) {
      case GLIBC, MUSL -> joined(addresses, " ");
      case GO -> "[" + joined(addresses, " ") + "] <nil>";
      case JAVA ->
        lookup.name()
            + " -> "
            + addresses.stream().map(Printed::inJava).collect(Collectors.joining(" "));
      case NODE_LOOKUP ->
        addresses.stream()
            .map(a -> "{\"address\":\"" + a + "\",\"family\":" + (a.isV4() ? 4 : 6) + "}")
            .collect(Collectors.joining(",", "null [", "]"));
      case NODE_RESOLVE ->
        addresses.stream()
            .map(a -> "\"" + a + "\"")
            .collect(Collectors.joining(",", "null [", "]"));
    };
  }

  /** How long the program takes to start, which counts as elapsed; roughly. */
  long startMs() {
    return switch (library) {
      case GLIBC, MUSL, GO -> 0;
      case JAVA, NODE_LOOKUP, NODE_RESOLVE -> 400;
    };
  }

  /** The text without what differs from run to run: Go's own address and port. */
  String comparable(String text) {
    String stripped = text.lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
    return stripped.replaceAll("(udp|tcp) [0-9a-f.:\\[\\]]+:\\d+->", "$1 CLIENT->");
  }

  private static String joined(List<IpAddress> addresses, String separator) {
    return addresses.stream().map(IpAddress::toString).collect(Collectors.joining(separator));
  }

  /** Java writes IPv6 addresses without shortening them. */
  private static String inJava(IpAddress address) {
    if (address.isV4()) {
      return address.toString();
    }
    byte[] octets = address.toBytes();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < octets.length; i += 2) {
      int group = ((octets[i] & 0xff) << 8) | (octets[i + 1] & 0xff);
      text.append(i == 0 ? "" : ":").append(Integer.toHexString(group).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
