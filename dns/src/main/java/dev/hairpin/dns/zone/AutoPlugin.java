package dev.hairpin.dns.zone;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.pattern.GoPattern;
import dev.hairpin.dns.plugin.Durations;
import dev.hairpin.dns.plugin.Fallthrough;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Setup;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The plugin auto: zone files of a folder, whose names say which zones they hold.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Of several files for a zone the first by name counts; a
 * file that is no zone is left out, as the original only logs it.
 */
public final class AutoPlugin implements Plugin {
  private static final String NAME = "auto";

  /** Where a template takes groups from: {@code {1}} in a Corefile. */
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  private final Setup setup;
  private final Zones zones;
  private List<DnsName> origins = List.of();
  private String folder = "";
  private GoPattern pattern = GoPattern.compile("db\\.(.*)");
  private String template = "{1}";

  private AutoPlugin(Setup setup) {
    this.setup = setup;
    this.zones = new Zones(NAME, setup);
  }

  /**
   * Sets the plugin up.
   *
   * @param setup what the server block has
   * @param cursor the plugin's words
   * @return the plugin
   */
  public static AutoPlugin setUp(Setup setup, Cursor cursor) {
    AutoPlugin plugin = new AutoPlugin(setup);
    while (cursor.next()) {
      plugin.origins = setup.zones(cursor.remainingArgs(), cursor);
      while (cursor.nextBlock()) {
        plugin.line(cursor);
      }
    }
    plugin.walk();
    return plugin;
  }

  private void line(Cursor cursor) {
    String property = cursor.value();
    List<String> args = cursor.remainingArgs();
    switch (property) {
      case "directory" -> directory(args, cursor);
      case "reload" -> {
        if (args.isEmpty()) {
          throw new CorefileException("reload duration value is expected");
        }
        if (Durations.parse(args.get(0)).isNegative()) {
          throw new CorefileException("plugin/file: invalid duration");
        }
      }
      case "upstream" -> {
        // Aliases are always resolved.
      }
      default -> throw cursor.error("unknown property '" + property + "'");
    }
  }

  private void directory(List<String> args, Cursor cursor) {
    if (args.isEmpty() || args.size() == 2 || args.size() > 3) {
      throw cursor.argError();
    }
    folder = setup.path(args.get(0));
    if (args.size() == 3) {
      try {
        pattern = GoPattern.compile(args.get(1));
      } catch (IllegalArgumentException e) {
        throw new CorefileException(String.valueOf(e.getMessage()));
      }
      if (pattern.groupCount() == 0) {
        throw cursor.error("Need at least one sub expression");
      }
      template = args.get(2);
    }
  }

  private void walk() {
    String prefix = folder.endsWith("/") ? folder : folder + "/";
    for (Map.Entry<String, String> file : new TreeMap<>(setup.surroundings().files()).entrySet()) {
      String path = file.getKey();
      if (!folder.isEmpty() && path.startsWith(prefix)) {
        origin(path.substring(path.lastIndexOf('/') + 1))
            .filter(origin -> !zones.has(origin))
            .ifPresent(origin -> add(path, file.getValue(), origin));
      }
    }
  }

  private Optional<DnsName> origin(String name) {
    return pattern.find(name).flatMap(found -> {
      Matcher places = PLACE.matcher(template);
      String origin = places.replaceAll(
          place -> Matcher.quoteReplacement(found.group(place.group(1)).orElse("")));
      return DnsName.tryParse(origin).map(DnsName::lowerCase);
    });
  }

  private void add(String path, String text, DnsName origin) {
    try {
      zones.add(zones.read(path, text, origin));
    } catch (CorefileException logged) {
      setup.warn(NAME + ": " + logged.getMessage());
    }
  }

  @Override
  public Handler before(Handler next) {
    return query -> Setup.match(origins, query.name()) == null
        ? next.serve(query)
        : zones.serve(query, Fallthrough.NONE, next);
  }
}
