package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import java.util.List;

/**
 * For which names a plugin that has no answer lets the next one try.
 *
 * @param zones the zones; none for no name at all
 */
public record Fallthrough(List<DnsName> zones) {

  /** For no name. */
  public static final Fallthrough NONE = new Fallthrough(List.of());

  /** Copies the zones. */
  public Fallthrough {
    zones = List.copyOf(zones);
  }

  /**
   * Reads the rest of a line {@code fallthrough [ZONES...]}; without zones it is for every name.
   *
   * @param cursor stands on {@code fallthrough}
   * @return the setting
   */
  public static Fallthrough parse(Cursor cursor) {
    List<String> words = cursor.remainingArgs();
    return new Fallthrough(words.isEmpty() ? List.of(DnsName.ROOT) : Setup.names(words, cursor));
  }

  /**
   * Whether the next plugin may try.
   *
   * @param name the name that was asked
   * @return true if it may
   */
  public boolean through(DnsName name) {
    return Setup.match(zones, name) != null;
  }
}
