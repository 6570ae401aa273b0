package dev.hairpin.iptables;

/**
 * A mark and the bits of it that count.
 *
 * @param value the 32 bits to compare or to write
 * @param mask the bits that count
 */
public record MarkValue(int value, int mask) {

  /**
   * The value with every bit counting.
   *
   * @param value the 32 bits
   * @return the value with a full mask
   */
  public static MarkValue of(int value) {
    return new MarkValue(value, -1);
  }

  /**
   * Whether a mark has these bits, as the {@code mark} and {@code connmark} matches compare.
   *
   * @param mark the mark of a packet or a connection
   * @return true if its bits that count equal the value
   */
  public boolean matches(int mark) {
    return (mark & mask) == value;
  }

  /**
   * The mark after {@code --set-xmark}, to which every way of setting a mark boils down.
   *
   * @param mark the mark before
   * @return the mark with the masked bits cleared and the value's bits flipped
   */
  public int applyTo(int mark) {
    return (mark & ~mask) ^ value;
  }

  /** {@code 0xvalue/0xmask}. */
  @Override
  public String toString() {
    return "0x" + Integer.toHexString(value) + "/0x" + Integer.toHexString(mask);
  }
}
