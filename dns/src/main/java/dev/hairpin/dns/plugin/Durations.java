package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them, such as {@code 1m30s} or {@code 500ms}. */
public final class Durations {
  private static final Pattern PART =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @param text the text
   * @return the duration, which may be negative
   * @throws CorefileException if it is none
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    boolean negative = text.startsWith("-");
    Matcher matcher = PART.matcher(text).region(negative ? 1 : 0, text.length());
    Duration sum = Duration.ZERO;
    int begin = matcher.regionStart();
    int end = begin;
    while (matcher.find() && matcher.start() == end) {
      double nanos = Double.parseDouble(matcher.group(1)) * unit(matcher.group(2));
      sum = sum.plusNanos(Math.round(nanos));
      end = matcher.end();
    }
    if (text.length() > begin && text.chars().skip(begin).allMatch(c -> c >= '0' && c <= '9')) {
      throw new CorefileException("time: missing unit in duration \"" + text + "\"");
    }
    if (end == begin || end != text.length()) {
      throw new CorefileException("time: invalid duration \"" + text + "\"");
    }
    return negative ? sum.negated() : sum;
  }

  private static double unit(String name) {
    return switch (name) {
      case "ns" -> 1;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      case "h" -> 3600e9;
      default -> 1e3;
    };
  }
}
