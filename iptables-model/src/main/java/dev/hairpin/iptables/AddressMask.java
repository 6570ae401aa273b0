package dev.hairpin.iptables;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;

/**
 * An address and the bits of it that count.
 *
 * <p>Unlike a {@link Cidr}, the bits need not be leading ones: {@code 10.0.0.1/255.0.0.255} is a
 * legal match of iptables.
 *
 * @param address the address; bits that do not count are 0
 * @param mask the bits that count; of the same family
 */
public record AddressMask(IpAddress address, IpAddress mask) {

  private static final IpAddress ALL_V4 = IpAddress.v4(-1);
  private static final IpAddress ALL_V6 = IpAddress.v6(-1, -1);

  /**
   * Clears the bits that do not count.
   *
   * @throws IllegalArgumentException if the families differ
   */
  public AddressMask {
    if (address.family() != mask.family()) {
      throw new IllegalArgumentException(
          "address " + address + " and mask " + mask + " are of different families");
    }
    long high = address.high() & mask.high();
    long low = address.low() & mask.low();
    if (high != address.high() || low != address.low()) {
      address = new IpAddress(address.family(), high, low);
    }
  }

  /**
   * The match of one address.
   *
   * @param address the address
   * @return the address with a full mask
   */
  public static AddressMask host(IpAddress address) {
    return new AddressMask(address, fullMask(address.family()));
  }

  /**
   * The match of a block.
   *
   * @param block the block
   * @return its address with a mask of leading ones
   */
  public static AddressMask of(Cidr block) {
    return new AddressMask(block.address(), leadingOnes(block.family(), block.prefixLength()));
  }

  /**
   * The mask in which every bit counts.
   *
   * @param family the family
   * @return 32 or 128 ones
   */
  public static IpAddress fullMask(IpFamily family) {
    return family == IpFamily.IPV4 ? ALL_V4 : ALL_V6;
  }

  static IpAddress leadingOnes(IpFamily family, int length) {
    return length == family.addressBits()
        ? fullMask(family)
        : Cidr.containing(fullMask(family), length).address();
  }

  /**
   * Whether an address matches.
   *
   * @param other an address of either family
   * @return true if it has the same family and the same bits where they count
   */
  public boolean matches(IpAddress other) {
    return other.family() == address.family()
        && (other.high() & mask.high()) == address.high()
        && (other.low() & mask.low()) == address.low();
  }

  /**
   * Whether every address of the family matches.
   *
   * @return true if no bit counts
   */
  public boolean matchesAll() {
    return mask.isUnspecified();
  }

  /**
   * The number of leading ones, if the mask has no others.
   *
   * @return 0 to 32 or 128, or -1 if the ones are scattered
   */
  public int prefixLength() {
    int ones = Long.bitCount(mask.high()) + Long.bitCount(mask.low());
    return leadingOnes(mask.family(), ones).equals(mask) ? ones : -1;
  }

  /** {@code address/length}, or {@code address/mask} if the ones are scattered. */
  @Override
  public String toString() {
    int length = prefixLength();
    return AddressText.of(address) + "/" + (length >= 0 ? length : AddressText.of(mask));
  }
}
