package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.corefile.ZoneNames;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A stanza of the plugin forward. */
final class ForwardOptions {

  /** In which order the upstreams of a question are tried. */
  enum Policy {
    /** Any order. */
    RANDOM,
    /** Each question begins with another one. */
    ROUND_ROBIN,
    /** As listed. */
    SEQUENTIAL
  }

  private static final Set<String> BY_RCODE =
      Set.of("next", "failover", "failfast_all_unhealthy_upstreams");

  private static final int MAX_UPSTREAMS = 15;
  private static final int DNS_PORT = 53;
  private static final int TLS_PORT = 853;

  DnsName from = DnsName.ROOT;
  final List<SocketAddress> to = new ArrayList<>();
  final List<DnsName> except = new ArrayList<>();
  Policy policy = Policy.RANDOM;
  int maxFails = 2;
  Duration checkInterval = Duration.ofMillis(500);
  DnsName checkedName = DnsName.ROOT;
  boolean checkRecursion = true;
  boolean forceTcp;
  boolean preferUdp;
  boolean failFast;
  final List<Rcode> next = new ArrayList<>();
  final List<Rcode> failover = new ArrayList<>();

  /** Reads all stanzas of a server block. */
  static List<ForwardOptions> parse(Setup setup, Cursor cursor) {
    List<ForwardOptions> stanzas = new ArrayList<>();
    while (cursor.next()) {
      stanzas.add(stanza(setup, cursor));
    }
    return stanzas;
  }

  private static ForwardOptions stanza(Setup setup, Cursor cursor) {
    ForwardOptions options = new ForwardOptions();
    List<String> args = cursor.remainingArgs();
    if (args.size() < 2) {
      throw cursor.argError();
    }
    options.from = from(args.get(0));
    for (String to : args.subList(1, args.size())) {
      options.to.addAll(addresses(to, setup));
    }
    while (cursor.nextBlock()) {
      if (BY_RCODE.contains(cursor.value()) && !setup.version().forwardsByRcode()) {
        throw cursor.error("unknown property '" + cursor.value() + "'");
      }
      options.line(cursor);
    }
    if (options.to.size() > MAX_UPSTREAMS) {
      throw new CorefileException("more than 15 TOs configured: " + options.to.size());
    }
    return options;
  }

  private static DnsName from(String text) {
    try {
      return ZoneNames.expandAll(List.of(text)).get(0);
    } catch (IllegalArgumentException e) {
      throw new CorefileException("unable to normalize '" + text + "': " + e.getMessage());
    }
  }

  private static List<SocketAddress> addresses(String to, Setup setup) {
    int scheme = to.indexOf("://");
    String transport = scheme < 0 ? "dns" : to.substring(0, scheme);
    if (!transport.equals("dns") && !transport.equals("tls")) {
      throw new CorefileException(
          "'" + transport + "' is not supported as a destination protocol in forward: " + to);
    }
    String rest = scheme < 0 ? to : to.substring(scheme + "://".length());
    Optional<IpAddress> bare = IpAddress.tryParse(rest);
    if (bare.isPresent()) {
      return List.of(new SocketAddress(bare.get(), transport.equals("tls") ? TLS_PORT : DNS_PORT));
    }
    try {
      return List.of(SocketAddress.parse(rest));
    } catch (IllegalArgumentException notAnAddress) {
      return nameservers(rest, setup);
    }
  }

  private static List<SocketAddress> nameservers(String path, Setup setup) {
    if (path.equals("/etc/resolv.conf") && !setup.surroundings().nameservers().isEmpty()) {
      return setup.surroundings().nameservers();
    }
    List<SocketAddress> servers = new ArrayList<>();
    String text = setup.surroundings().file(path).orElse(null);
    if (text == null) {
      if (path.equals("/etc/resolv.conf")) {
        throw new CorefileException(
            "/etc/resolv.conf names no nameserver: give the surroundings one");
      }
      throw new CorefileException("not an IP address or file: \"" + path + "\"");
    }
    for (String line : text.lines().toList()) {
      List<String> words = List.of(line.trim().split("\\s+", -1));
      if (words.size() > 1 && words.get(0).equals("nameserver")) {
        IpAddress.tryParse(words.get(1))
            .ifPresent(a -> servers.add(new SocketAddress(a, DNS_PORT)));
      }
    }
    if (servers.isEmpty()) {
      throw new CorefileException("no nameservers found in \"" + path + "\"");
    }
    return servers;
  }

  private void line(Cursor cursor) {
    switch (cursor.value()) {
      case "except" -> {
        List<String> names = cursor.remainingArgs();
        if (names.isEmpty()) {
          throw cursor.argError();
        }
        except.addAll(Setup.names(names, cursor));
      }
      case "max_fails" -> maxFails = number(cursor, "max_fails");
      case "health_check" -> healthCheck(cursor);
      case "force_tcp" -> {
        cursor.noArgs();
        forceTcp = true;
      }
      case "prefer_udp" -> {
        cursor.noArgs();
        preferUdp = true;
      }
      case "policy" -> policy = policy(cursor);
      case "max_concurrent" -> number(cursor, "max_concurrent");
      case "expire", "max_age" -> duration(cursor, cursor.value());
      case "max_idle_conns" -> number(cursor, cursor.value());
      case "failfast_all_unhealthy_upstreams" -> {
        cursor.noArgs();
        failFast = true;
      }
      case "next" -> rcodes(cursor, next);
      case "failover" -> rcodes(cursor, failover);
      case "tls", "tls_servername" ->
        // Nobody is dialled by TLS: who is declared at the upstream's address answers.
        cursor.remainingArgs();
      default -> throw cursor.error("unknown property '" + cursor.value() + "'");
    }
  }

  private void healthCheck(Cursor cursor) {
    List<String> args = cursor.remainingArgs();
    if (args.isEmpty()) {
      throw cursor.argError();
    }
    checkInterval = Durations.parse(args.get(0));
    if (checkInterval.isNegative()) {
      throw new CorefileException("health_check can't be negative: " + args.get(0));
    }
    for (int i = 1; i < args.size(); i++) {
      switch (args.get(i)) {
        case "no_rec" -> checkRecursion = false;
        case "domain" -> {
          i++;
          if (i >= args.size()) {
            throw cursor.argError();
          }
          checkedName = DnsName.tryParse(args.get(i))
              .orElseThrow(() -> new CorefileException(
                  "health_check: invalid domain name " + args.get(args.size() - 1)));
        }
        default -> throw new CorefileException("health_check: unknown option " + args.get(i));
      }
    }
  }

  private static Policy policy(Cursor cursor) {
    if (!cursor.nextArg()) {
      throw cursor.argError();
    }
    return switch (cursor.value()) {
      case "random" -> Policy.RANDOM;
      case "round_robin" -> Policy.ROUND_ROBIN;
      case "sequential" -> Policy.SEQUENTIAL;
      default -> throw cursor.error("unknown policy '" + cursor.value() + "'");
    };
  }

  private static int number(Cursor cursor, String property) {
    String text = cursor.onlyArg();
    try {
      int value = Integer.parseInt(text);
      if (value < 0) {
        throw new CorefileException(property + " can't be negative: " + value);
      }
      return value;
    } catch (NumberFormatException e) {
      throw new CorefileException("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
  }

  private static void duration(Cursor cursor, String property) {
    String text = cursor.onlyArg();
    if (Durations.parse(text).isNegative()) {
      throw new CorefileException(property + " can't be negative: " + text);
    }
  }

  private static void rcodes(Cursor cursor, List<Rcode> rcodes) {
    List<String> args = cursor.remainingArgs();
    if (args.isEmpty()) {
      throw cursor.argError();
    }
    for (String arg : args) {
      rcodes.add(Rcode.byName(arg).orElseThrow(() -> cursor.error(arg + " is not a valid rcode")));
    }
  }
}
