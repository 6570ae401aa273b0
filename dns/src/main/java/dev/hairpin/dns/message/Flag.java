package dev.hairpin.dns.message;

import java.util.Locale;

/** A bit of a message's header. */
public enum Flag {
  /** This is a response. */
  QR(0x8000),
  /** The server is an authority for the answer. */
  AA(0x0400),
  /** Something was cut off. */
  TC(0x0200),
  /** Recursion is wanted. */
  RD(0x0100),
  /** Recursion can be had. */
  RA(0x0080),
  /** Reserved. */
  Z(0x0040),
  /** The data is authentic. */
  AD(0x0020),
  /** Nothing is to be checked. */
  CD(0x0010);

  private final int bit;
  private final String lowerCase;

  Flag(int bit) {
    this.bit = bit;
    this.lowerCase = name().toLowerCase(Locale.ROOT);
  }

  /**
   * The bit in the header's second 16 bits.
   *
   * @return a power of two
   */
  public int bit() {
    return bit;
  }

  /** The flag as dig prints it, such as {@code aa}. */
  @Override
  public String toString() {
    return lowerCase;
  }
}
