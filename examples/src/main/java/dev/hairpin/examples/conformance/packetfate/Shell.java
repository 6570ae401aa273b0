package dev.hairpin.examples.conformance.packetfate;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Device;
import dev.hairpin.path.Host;
import dev.hairpin.path.Route;
import dev.hairpin.path.TableName;
import dev.hairpin.path.conntrack.ConntrackFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the commands of recorded {@code exec} steps that change a host: {@code ip},
 * {@code iptables}, {@code sysctl} and {@code conntrack}. Commands that only look, and what goes
 * beyond a simple command, are passed over: where they mattered, a later step differs.
 */
final class Shell {
  private final Lab lab;

  Shell(Lab lab) {
    this.lab = lab;
  }

  void run(String place, String commands) {
    if (commands.contains("$(") || commands.contains("(") || commands.contains("`")) {
      return;
    }
    for (String command : commands.split(";|&&|\n", -1)) {
      List<String> words =
          words(command.replaceAll("[12]?>(&1|\\s*/dev/null)", " ").trim());
      if (!words.isEmpty() && !command.contains("|")) {
        one(place, words, command);
      }
    }
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = 0;
    boolean any = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0 ? c == quote : c == '"' || c == '\'') {
        quote = quote == 0 ? c : 0;
        any = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (any || word.length() > 0) {
          words.add(word.toString());
        }
        word.setLength(0);
        any = false;
      } else {
        word.append(c);
      }
    }
    if (any || word.length() > 0) {
      words.add(word.toString());
    }
    return words;
  }

  private void one(String place, List<String> words, String command) {
    String program = words.get(0);
    if (program.equals("ip")) {
      ip(lab.host(place), words);
    } else if (program.equals("sysctl")) {
      for (String word : words) {
        int equals = word.indexOf('=');
        if (equals > 0) {
          lab.sysctl(place, word.substring(0, equals), word.substring(equals + 1));
        }
      }
    } else if (program.equals("conntrack") && words.contains("-F")) {
      lab.host(place)
          .conntrack()
          .ifPresent(t -> t.delete(e -> true, lab.network.clock().now().toEpochMilli()));
    } else if (program.equals("conntrack") && words.contains("-D")) {
      lab.host(place)
          .conntrack()
          .ifPresent(t -> t.delete(
              ConntrackFilter.parse(String.join(" ", words.subList(1, words.size()))),
              lab.network.clock().now().toEpochMilli()));
    } else if (program.equals("iptables")
        || program.equals("iptables-nft")
        || program.equals("iptables-legacy")) {
      iptables(place, words, command.trim().substring(program.length()).trim());
    }
  }

  private void iptables(String place, List<String> words, String arguments) {
    Host host = lab.host(place);
    RuleWalker walker = host.filter()
        .map(f -> (RuleWalker) f)
        .orElseGet(() -> new RuleWalker(RuleSet.empty(IpFamily.IPV4)));
    if (host.filter().isEmpty()) {
      host.filter(walker);
    }
    if (words.contains("-Z")) {
      int t = words.indexOf("-t");
      String table = t < 0 ? "filter" : words.get(t + 1);
      walker.zero(IpFamily.IPV4, TableName.byText(table).orElseThrow());
      return;
    }
    if (words.contains("-L") || words.contains("-S") || words.contains("-nL")) {
      return;
    }
    String plain = arguments.replace("-w 5", "").replaceAll("\\s-w\\b", " ").trim();
    walker.load(walker.rules(IpFamily.IPV4).command(plain));
  }

  // ---- ip

  private void ip(Host host, List<String> words) {
    int at = 1;
    while (at < words.size() && words.get(at).startsWith("-")) {
      at++;
    }
    List<String> rest = words.subList(Math.min(at, words.size()), words.size());
    if (rest.size() < 3) {
      return;
    }
    String object = rest.get(0);
    String verb = rest.get(1);
    List<String> arguments = rest.subList(2, rest.size());
    if ("address".startsWith(object) && object.length() > 1) {
      address(host, verb, arguments);
    } else if ("route".startsWith(object)) {
      route(host, verb, arguments);
    } else if ("link".startsWith(object)) {
      link(host, verb, arguments);
    }
  }

  private static @Nullable String after(List<String> words, String option) {
    int at = words.indexOf(option);
    return at < 0 || at + 1 >= words.size() ? null : words.get(at + 1);
  }

  private static void address(Host host, String verb, List<String> words) {
    String[] parts = words.get(0).split("/", 2);
    IpAddress address = IpAddress.parse(parts[0]);
    String device = after(words, "dev");
    if (device == null) {
      return;
    }
    int prefix =
        parts.length > 1 ? Integer.parseInt(parts[1]) : address.family().addressBits();
    if (verb.equals("add") || verb.equals("replace")) {
      host.address(host.device(device), address, prefix);
    } else if (verb.startsWith("del")) {
      host.removeAddress(host.device(device), address);
    }
  }

  private void route(Host host, String verb, List<String> words) {
    Optional<Route.Type> refusing = switch (words.get(0)) {
      case "blackhole" -> Optional.of(Route.Type.BLACKHOLE);
      case "unreachable" -> Optional.of(Route.Type.UNREACHABLE);
      case "prohibit" -> Optional.of(Route.Type.PROHIBIT);
      default -> Optional.empty();
    };
    List<String> rest = refusing.isPresent() ? words.subList(1, words.size()) : words;
    Cidr to = Lab.block(rest.get(0));
    String via = after(rest, "via");
    String device = after(rest, "dev");
    if (verb.startsWith("del")) {
      boolean ofType = host.routes().list().stream()
          .anyMatch(r ->
              r.destination().equals(to) && (refusing.isEmpty() || r.type() == refusing.get()));
      if (ofType) {
        host.routes().remove(to);
      }
      return;
    }
    String source = after(rest, "src");
    if (refusing.isPresent()) {
      host.route(Route.refusing(refusing.get(), to));
      return;
    }
    @Nullable IpAddress next = via == null ? null : lab.address(via);
    String through = device != null ? device : next == null ? null : deviceTo(host, next);
    host.route(new Route(
        Route.Type.UNICAST, to, next, through, source == null ? null : IpAddress.parse(source)));
  }

  private static @Nullable String deviceTo(Host host, IpAddress next) {
    for (Route r : host.routes().list()) {
      if (r.via() == null
          && r.destination().prefixLength() > 0
          && r.destination().contains(next)) {
        return r.device();
      }
    }
    return null;
  }

  private void link(Host host, String verb, List<String> words) {
    String name = words.get(0).equals("dev") ? words.get(1) : words.get(0);
    Device device = host.device(name);
    List<String> lower = words.stream().map(w -> w.toLowerCase(Locale.ROOT)).toList();
    if (verb.startsWith("del") || (verb.equals("set") && lower.contains("down"))) {
      lab.network.up(device, false);
    } else if (verb.equals("set") && lower.contains("up")) {
      lab.network.up(device, true);
    }
  }
}
