package dev.hairpin.path.conntrack;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Chooses entries as the options of {@code conntrack -L} and {@code conntrack -D} do.
 *
 * <p>Source: conntrack-tools 1.4.7. Immutable.
 */
public final class ConntrackFilter implements Predicate<ConntrackEntry> {
  private final String options;
  private final List<Predicate<ConntrackEntry>> conditions;

  private ConntrackFilter(String options, List<Predicate<ConntrackEntry>> conditions) {
    this.options = options;
    this.conditions = List.copyOf(conditions);
  }

  /**
   * Reads options.
   *
   * @param options such as {@code -p udp --orig-dst 10.96.0.10 --dst-nat 10.244.1.10}; a leading
   *     {@code -D} or {@code -L} is skipped
   * @return the filter
   * @throws IllegalArgumentException if an option is not known or its value is none
   */
  public static ConntrackFilter parse(String options) {
    List<Predicate<ConntrackEntry>> conditions = new ArrayList<>();
    List<String> words = List.of(options.trim().split("\\s+"));
    for (int i = 0; i < words.size(); i++) {
      String option = words.get(i);
      if (option.isEmpty() || option.equals("-D") || option.equals("-L")) {
        continue;
      }
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException("option " + option + " needs a value");
      }
      conditions.add(condition(option, words.get(++i)));
    }
    return new ConntrackFilter(options, conditions);
  }

  private static Predicate<ConntrackEntry> condition(String option, String value) {
    switch (option) {
      case "-p", "--proto" -> {
        Protocol protocol = Protocol.byName(value)
            .orElseThrow(() -> new IllegalArgumentException("\"" + value + "\" is no protocol"));
        return e -> e.original().protocol() == protocol;
      }
      case "-s", "--orig-src", "--src" -> {
        IpAddress address = IpAddress.parse(value);
        return e -> e.original().source().address().equals(address);
      }
      case "-d", "--orig-dst", "--dst" -> {
        IpAddress address = IpAddress.parse(value);
        return e -> e.original().destination().address().equals(address);
      }
      case "-r", "--reply-src" -> {
        IpAddress address = IpAddress.parse(value);
        return e -> e.reply().source().address().equals(address);
      }
      case "-q", "--reply-dst" -> {
        IpAddress address = IpAddress.parse(value);
        return e -> e.reply().destination().address().equals(address);
      }
      case "-g", "--dst-nat" -> {
        IpAddress address = IpAddress.parse(value);
        return e -> e.destinationTranslated() && e.reply().source().address().equals(address);
      }
      case "-n", "--src-nat" -> {
        IpAddress address = IpAddress.parse(value);
        return e -> e.sourceTranslated() && e.reply().destination().address().equals(address);
      }
      case "--sport", "--orig-port-src" -> {
        int port = port(value);
        return e -> e.original().source().port() == port;
      }
      case "--dport", "--orig-port-dst" -> {
        int port = port(value);
        return e -> e.original().destination().port() == port;
      }
      case "--reply-port-src" -> {
        int port = port(value);
        return e -> e.reply().source().port() == port;
      }
      case "--reply-port-dst" -> {
        int port = port(value);
        return e -> e.reply().destination().port() == port;
      }
      case "-m", "--mark" -> {
        int mark = Integer.decode(value);
        return e -> e.mark() == mark;
      }
      case "--state" -> {
        return e -> e.state().equals(value.toUpperCase(Locale.ROOT));
      }
      case "-f", "--family" -> {
        IpFamily family = value.equals("ipv6") ? IpFamily.IPV6 : IpFamily.IPV4;
        return e -> e.original().source().address().family() == family;
      }
      default -> throw new IllegalArgumentException("option " + option + " is not known");
    }
  }

  private static int port(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + value + "\" is no port", e);
    }
  }

  @Override
  public boolean test(ConntrackEntry entry) {
    for (Predicate<ConntrackEntry> condition : conditions) {
      if (!condition.test(entry)) {
        return false;
      }
    }
    return true;
  }

  /** The options as they were read. */
  @Override
  public String toString() {
    return options;
  }
}
