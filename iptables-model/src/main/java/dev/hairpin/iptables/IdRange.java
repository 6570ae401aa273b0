package dev.hairpin.iptables;

/**
 * A range of user or group numbers that is to match, or not to match.
 *
 * @param first the lowest
 * @param last the highest, counted in
 * @param inverted whether the numbers outside match instead
 */
public record IdRange(long first, long last, boolean inverted) {

  /**
   * Whether a number matches.
   *
   * @param id a user or group number
   * @return true if it does
   */
  public boolean matches(long id) {
    return (id >= first && id <= last) != inverted;
  }

  /** {@code first-last}, or the number if it is one. */
  @Override
  public String toString() {
    return first == last ? Long.toString(first) : first + "-" + last;
  }
}
