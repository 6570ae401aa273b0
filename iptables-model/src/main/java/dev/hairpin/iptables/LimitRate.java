package dev.hairpin.iptables;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The rate of a {@code limit}, as the kernel keeps it: the time from token to token.
 *
 * @param interval in units of 100 microseconds; positive
 */
public record LimitRate(long interval) {

  /** The units of a second: {@code XT_LIMIT_SCALE} of the kernel. */
  public static final long SCALE = 10_000;

  private record Unit(String name, long length) {}

  private static final List<Unit> UNITS = List.of(
      new Unit("day", SCALE * 24 * 60 * 60),
      new Unit("hour", SCALE * 60 * 60),
      new Unit("min", SCALE * 60),
      new Unit("sec", SCALE));

  /**
   * Reads a rate.
   *
   * @param text a number, alone (per second) or followed by a slash and {@code second},
   *     {@code minute}, {@code hour}, {@code day} or a beginning of these
   * @return the rate, or nothing if the text is none or the rate is beyond 10,000 a second
   */
  public static Optional<LimitRate> tryParse(String text) {
    int slash = text.indexOf('/');
    String digits = slash < 0 ? text : text.substring(0, slash);
    if (digits.isEmpty()
        || digits.length() > 9
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    long amount = Long.parseLong(digits);
    long length = slash < 0 ? SCALE : length(text.substring(slash + 1).toLowerCase(Locale.ROOT));
    if (length == 0 || amount == 0 || amount / length > SCALE || length / amount == 0) {
      return Optional.empty();
    }
    return Optional.of(new LimitRate(length / amount));
  }

  private static long length(String unit) {
    if (unit.isEmpty()) {
      return 0;
    }
    if ("second".startsWith(unit)) {
      return SCALE;
    } else if ("minute".startsWith(unit)) {
      return SCALE * 60;
    } else if ("hour".startsWith(unit)) {
      return SCALE * 60 * 60;
    } else if ("day".startsWith(unit)) {
      return SCALE * 24 * 60 * 60;
    }
    return 0;
  }

  /** The rate in the largest unit that loses least, as iptables-save prints it. */
  @Override
  public String toString() {
    int i = 1;
    while (i < UNITS.size()) {
      long length = UNITS.get(i).length;
      if (interval > length || length / interval < length % interval) {
        break;
      }
      i++;
    }
    Unit unit = UNITS.get(i - 1);
    return unit.length / interval + "/" + unit.name;
  }
}
