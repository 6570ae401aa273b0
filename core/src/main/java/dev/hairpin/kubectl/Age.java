package dev.hairpin.kubectl;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Prints how long ago something was. Source: {@code apimachinery/pkg/util/duration}. */
final class Age {
  private static final long DAY = 24;
  private static final long YEAR = 365;

  private Age() {}

  static String since(@Nullable Instant time, Instant now) {
    return time == null ? "<unknown>" : of(Duration.between(time, now));
  }

  /** Two units at most, the second only while the first is small. */
  static String of(Duration age) {
    // Whole seconds towards zero, as Go cuts; getSeconds() alone would round down.
    long seconds = age.toMillis() / 1000;
    if (seconds < -1) {
      return "<invalid>";
    }
    if (seconds < 0) {
      return "0s";
    }
    long minutes = seconds / 60;
    long hours = minutes / 60;
    long days = hours / DAY;
    if (seconds < 120) {
      return seconds + "s";
    }
    if (minutes < 10) {
      return two(minutes, "m", seconds % 60, "s");
    }
    if (minutes < 180) {
      return minutes + "m";
    }
    if (hours < 8) {
      return two(hours, "h", minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    if (days < 8) {
      return two(days, "d", hours % DAY, "h");
    }
    if (days < 2 * YEAR) {
      return days + "d";
    }
    return days < 8 * YEAR ? two(days / YEAR, "y", days % YEAR, "d") : days / YEAR + "y";
  }

  private static String two(long large, String unit, long small, String smallUnit) {
    return large + unit + (small == 0 ? "" : small + smallUnit);
  }
}
