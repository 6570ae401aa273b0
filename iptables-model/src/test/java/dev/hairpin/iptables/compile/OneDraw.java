package dev.hairpin.iptables.compile;

import dev.hairpin.path.Chooser;
import java.math.BigInteger;

/**
 * Makes a ladder's choices by one draw: the numbers from 0 to 1 are divided among the rungs, in
 * their order, and the draw lies in the part of one of them.
 */
public final class OneDraw implements Chooser {
  private final BigInteger draw;

  // The part of the numbers that is left: from low to low + width, both over 2^shift.
  private BigInteger low = BigInteger.ZERO;
  private BigInteger width = BigInteger.ONE;
  private int shift;

  /** A chooser of one draw of 64 bits. */
  public OneDraw(long draw) {
    this.draw = new BigInteger(Long.toUnsignedString(draw));
  }

  @Override
  public boolean happens(long part, long total) {
    int bits = 63 - Long.numberOfLeadingZeros(total);
    BigInteger taken = width.multiply(BigInteger.valueOf(part));
    low = low.shiftLeft(bits);
    width = width.shiftLeft(bits);
    shift += bits;
    boolean happens = draw.shiftLeft(shift).compareTo(low.add(taken).shiftLeft(64)) < 0;
    if (happens) {
      width = taken;
    } else {
      low = low.add(taken);
      width = width.subtract(taken);
    }
    return happens;
  }

  @Override
  public int pick(int count) {
    return 0;
  }

  @Override
  public int draw(int count) {
    return 0;
  }
}
