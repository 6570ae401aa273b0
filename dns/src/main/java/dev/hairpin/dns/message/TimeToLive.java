package dev.hairpin.dns.message;

import java.util.Optional;

/** Times to live as zone files write them: seconds, or numbers with units such as {@code 1h30m}. */
public final class TimeToLive {
  private static final long MAX = 0xffff_ffffL;

  private TimeToLive() {}

  /**
   * Reads a time.
   *
   * @param text digits, each group followed by {@code s}, {@code m}, {@code h}, {@code d} or
   *     {@code w} in any case; the last unit may be missing
   * @return the seconds, 0 to 4294967295; nothing if it is no time
   */
  public static Optional<Long> parse(String text) {
    long sum = 0;
    long number = 0;
    boolean any = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      long unit = digit ? 0 : unit(c);
      if (!digit && (unit == 0 || !any)) {
        return Optional.empty();
      }
      number = digit ? number * 10 + (c - '0') : number;
      sum += number * unit;
      number = digit ? number : 0;
      any = true;
      if (number > MAX || sum > MAX) {
        return Optional.empty();
      }
    }
    return any && sum + number <= MAX ? Optional.of(sum + number) : Optional.empty();
  }

  private static long unit(char c) {
    return switch (c) {
      case 's', 'S' -> 1;
      case 'm', 'M' -> 60;
      case 'h', 'H' -> 3600;
      case 'd', 'D' -> 86_400;
      case 'w', 'W' -> 604_800;
      default -> 0;
    };
  }
}
