package dev.hairpin.iptables;

/**
 * How often a rule matched, or a chain's policy decided.
 *
 * @param packets the packets, unsigned
 * @param bytes their bytes, unsigned
 */
public record Counters(long packets, long bytes) {

  /** Nothing counted. */
  public static final Counters ZERO = new Counters(0, 0);

  /** {@code [packets:bytes]}, as iptables-save shows them. */
  @Override
  public String toString() {
    return "[" + Long.toUnsignedString(packets) + ":" + Long.toUnsignedString(bytes) + "]";
  }
}
