package dev.hairpin.net;

import java.util.Optional;

/**
 * A block of addresses: a network address and the length of its prefix.
 *
 * @param address the network address; no bit is set beyond the prefix
 * @param prefixLength the number of leading bits that all addresses share, 0 to 32 or 128
 */
public record Cidr(IpAddress address, int prefixLength) implements Comparable<Cidr> {

  /**
   * Checks the block.
   *
   * @throws IllegalArgumentException if the prefix is too long, or host bits are set
   */
  public Cidr {
    int bits = address.family().addressBits();
    if (prefixLength < 0 || prefixLength > bits) {
      throw new IllegalArgumentException(
          "prefix length " + prefixLength + " is not within 0-" + bits);
    }
    IpAddress network = mask(address, prefixLength);
    if (!network.equals(address)) {
      throw new IllegalArgumentException(address
          + "/"
          + prefixLength
          + " has host bits set; the block is "
          + network
          + "/"
          + prefixLength);
    }
  }

  /**
   * Reads a block.
   *
   * @param text {@code address/prefixLength} without host bits
   * @return the block
   * @throws IllegalArgumentException if it is none, with the reason
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    Optional<IpAddress> address =
        slash < 0 ? Optional.empty() : IpAddress.tryParse(text.substring(0, slash));
    int length = slash < 0 ? -1 : prefixLength(text.substring(slash + 1));
    if (address.isEmpty() || length < 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not a block such as 10.96.0.0/12");
    }
    return new Cidr(address.get(), length);
  }

  /**
   * Reads a block and clears the bits beyond its prefix, as Go's {@code net.ParseCIDR} does.
   *
   * @param text any text
   * @return the block, or nothing if the text is none
   */
  public static Optional<Cidr> tryParseMasked(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    int length = prefixLength(text.substring(slash + 1));
    return IpAddress.tryParse(text.substring(0, slash))
        .filter(a -> length >= 0 && length <= a.family().addressBits())
        .map(a -> containing(a, length));
  }

  private static int prefixLength(String digits) {
    if (digits.isEmpty()
        || digits.length() > 3
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    return Integer.parseInt(digits);
  }

  /**
   * The block of this prefix length that an address lies in.
   *
   * @param address any address
   * @param prefixLength 0 to 32 or 128
   * @return the block
   */
  public static Cidr containing(IpAddress address, int prefixLength) {
    return new Cidr(mask(address, prefixLength), prefixLength);
  }

  /**
   * The block that holds one address only.
   *
   * @param address the address
   * @return its /32 or /128
   */
  public static Cidr host(IpAddress address) {
    return new Cidr(address, address.family().addressBits());
  }

  private static IpAddress mask(IpAddress a, int length) {
    if (a.isV4()) {
      long mask = length == 0 ? 0 : 0xffff_ffffL << (32 - length) & 0xffff_ffffL;
      return (a.low() & ~mask) == 0 ? a : new IpAddress(IpFamily.IPV4, 0, a.low() & mask);
    }
    long highMask = length >= 64 ? -1 : length <= 0 ? 0 : -1L << (64 - length);
    long lowMask = length <= 64 ? 0 : length >= 128 ? -1 : -1L << (128 - length);
    return (a.high() & ~highMask) == 0 && (a.low() & ~lowMask) == 0
        ? a
        : new IpAddress(IpFamily.IPV6, a.high() & highMask, a.low() & lowMask);
  }

  /**
   * The family of its addresses.
   *
   * @return the family
   */
  public IpFamily family() {
    return address.family();
  }

  /**
   * Whether an address lies in the block.
   *
   * @param other an address of either family
   * @return true if the family and the prefix are the same
   */
  public boolean contains(IpAddress other) {
    return other.family() == family() && mask(other, prefixLength).equals(address);
  }

  /**
   * Whether every address of another block lies in this one.
   *
   * @param other the other block
   * @return true if it is the same block or a part of this one
   */
  public boolean contains(Cidr other) {
    return other.prefixLength >= prefixLength && contains(other.address);
  }

  /**
   * The address at a distance from the first one.
   *
   * @param index the distance; 0 gives the network address
   * @return the address, which lies in the block if the index is below its size
   */
  public IpAddress at(long index) {
    return address.plus(index);
  }

  /**
   * The number of bits that differ from address to address.
   *
   * @return 0 to 32 or 128; the block has 2 to this power addresses
   */
  public int hostBits() {
    return family().addressBits() - prefixLength;
  }

  /**
   * The last address; in IPv4 the broadcast address.
   *
   * @return the address with every host bit set
   */
  public IpAddress last() {
    int host = hostBits();
    if (address.isV4()) {
      return new IpAddress(IpFamily.IPV4, 0, address.low() | (1L << host) - 1);
    }
    long lowBits = host >= 64 ? -1 : (1L << host) - 1;
    long highBits = host <= 64 ? 0 : host == 128 ? -1 : (1L << (host - 64)) - 1;
    return new IpAddress(IpFamily.IPV6, address.high() | highBits, address.low() | lowBits);
  }

  @Override
  public int compareTo(Cidr other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(prefixLength, other.prefixLength);
  }

  /** The block as {@code address/prefixLength}. {@link #parse} reads it back. */
  @Override
  public String toString() {
    return address + "/" + prefixLength;
  }
}
