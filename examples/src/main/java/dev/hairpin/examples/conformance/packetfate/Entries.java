package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonObject;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.path.conntrack.ConntrackEntry;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Conntrack entries in the words of the recordings. */
final class Entries {
  /** The caller's port and the one that answers go to. */
  private static final Pattern PORTS =
      Pattern.compile("(\\S+ \\S+:)(\\d+|caller|seen)(>\\S+ \\S+>\\S+:)(\\d+|caller|seen)( .*)");

  /**
   * An entry.
   *
   * @param text protocol, both tuples, state and flags
   * @param timeout the seconds that are left
   */
  record Entry(String text, int timeout) {
    static final Comparator<Entry> BY_TEXT =
        Comparator.comparing(Entry::text).thenComparingInt(Entry::timeout);

    Entry replacing(String what, String with) {
      return new Entry(text.replace(what, with), timeout);
    }

    boolean isNear(Entry other, int seconds) {
      return text.equals(other.text) && Math.abs(timeout - other.timeout) <= seconds;
    }

    /** The entry with its timeout. */
    @Override
    public String toString() {
      return text + " " + timeout + " s";
    }
  }

  private Entries() {}

  static Entry of(ConntrackEntry e) {
    StringBuilder flags = new StringBuilder();
    if (!e.replied()) {
      flags.append(" UNREPLIED");
    }
    if (e.assured()) {
      flags.append(" ASSURED");
    }
    String mark = e.mark() == 0 ? "" : " mark=" + e.mark();
    String text = e.original().protocol().lowerCase() + " " + tuple(e.original()) + " "
        + tuple(e.reply()) + " " + e.state() + flags + mark;
    return new Entry(text, (int) e.secondsLeft());
  }

  static String tuple(FiveTuple t) {
    if (t.protocol().hasPorts()) {
      return t.source() + ">" + t.destination();
    }
    int kind = t.destination().port();
    return t.source().address() + ">" + t.destination().address() + " type=" + (kind >> 8)
        + " code=" + (kind & 255) + " id=" + t.source().port();
  }

  static Entry of(JsonObject recorded) {
    StringBuilder flags = new StringBuilder();
    Json.texts(recorded, "flags").stream().sorted((a, b) -> b.compareTo(a)).forEach(f -> {
      if (f.equals("UNREPLIED") || f.equals("ASSURED")) {
        flags.append(' ').append(f);
      }
    });
    int mark = Json.number(recorded, "mark", 0);
    String text = Json.text(recorded, "proto", "") + " " + Json.text(recorded, "original", "")
        + " " + Json.text(recorded, "reply", "") + " " + Json.text(recorded, "state", "") + flags
        + (mark == 0 ? "" : " mark=" + mark);
    return new Entry(text, Json.number(recorded, "timeout", 0));
  }

  /**
   * The text with the caller's port and identifiers hidden: they differ from run to run. A port
   * that was drawn in place of another is told by its class.
   */
  static String withoutRandomPorts(String entry) {
    Matcher ports = PORTS.matcher(entry);
    String text = entry;
    if (ports.matches()) {
      String caller = ports.group(2);
      String answered = ports.group(4);
      String shown = shown(caller, false);
      text = ports.group(1)
          + shown
          + ports.group(3)
          + (answered.equals(caller) ? shown : shown(answered, true))
          + ports.group(5);
    }
    return text.replaceAll("id=\\d+", "id=*");
  }

  private static String shown(String port, boolean drawn) {
    if (!Character.isDigit(port.charAt(0))) {
      return port;
    }
    int number = Integer.parseInt(port);
    if (number >= 1024) {
      return "*";
    }
    return drawn ? (number < 512 ? "below 512" : "below 1024") : port;
  }
}
