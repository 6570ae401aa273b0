package dev.hairpin.dns.zone;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.plugin.Durations;
import dev.hairpin.dns.plugin.Fallthrough;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Setup;
import java.util.List;
import java.util.Optional;

/**
 * The plugin file: answers from zone files.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Files are those of CoreDNS's surroundings. A file that is
 * not there is no error, since the original tries again every minute; its zone answers SERVFAIL.
 */
public final class FilePlugin implements Plugin {
  private static final String NAME = "file";

  private final Zones zones;
  private Fallthrough fallthrough = Fallthrough.NONE;

  private FilePlugin(Zones zones) {
    this.zones = zones;
  }

  /**
   * Sets the plugin up.
   *
   * @param setup what the server block has
   * @param cursor the plugin's words
   * @return the plugin
   */
  public static FilePlugin setUp(Setup setup, Cursor cursor) {
    FilePlugin plugin = new FilePlugin(new Zones(NAME, setup));
    while (cursor.next()) {
      List<String> args = cursor.remainingArgs();
      if (args.isEmpty()) {
        throw cursor.argError();
      }
      String path = setup.path(args.get(0));
      List<DnsName> origins = setup.zones(args.subList(1, args.size()), cursor);
      Optional<String> text = setup.surroundings().file(path);
      for (DnsName origin : origins) {
        plugin.zones.add(
            text.map(t -> plugin.zones.read(path, t, origin)).orElse(Zone.missing(origin)));
      }
      boolean tries = plugin.lines(setup, cursor);
      if (text.isEmpty()) {
        String missing = "open " + path + ": no such file or directory";
        if (!tries) {
          throw new CorefileException(missing);
        }
        setup.warn(NAME + ": " + missing);
      }
    }
    return plugin;
  }

  /** Reads the block, and gives back whether a missing file would be tried again. */
  private boolean lines(Setup setup, Cursor cursor) {
    boolean tries = true;
    while (cursor.nextBlock()) {
      String property = cursor.value();
      switch (property) {
        case "reload" -> {
          List<String> args = cursor.remainingArgs();
          if (args.isEmpty()) {
            throw new CorefileException("reload duration value is expected");
          }
          tries = !Durations.parse(args.get(0)).isZero();
        }
        case "upstream" -> cursor.remainingArgs();
        case "fallthrough" -> {
          if (!setup.version().filesFallThrough()) {
            throw cursor.error("unknown property '" + property + "'");
          }
          fallthrough = Fallthrough.parse(cursor);
        }
        default -> throw cursor.error("unknown property '" + property + "'");
      }
    }
    return tries;
  }

  @Override
  public Handler before(Handler next) {
    return query -> zones.serve(query, fallthrough, next);
  }
}
