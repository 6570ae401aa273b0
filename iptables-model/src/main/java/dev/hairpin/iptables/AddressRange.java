package dev.hairpin.iptables;

import dev.hairpin.net.IpAddress;

/**
 * A range of addresses that is to match, or not to match.
 *
 * @param first the lowest address
 * @param last the highest, counted in
 * @param inverted whether the addresses outside match instead
 */
public record AddressRange(IpAddress first, IpAddress last, boolean inverted) {

  /**
   * Whether an address matches.
   *
   * @param address an address of the family
   * @return true if it does
   */
  public boolean matches(IpAddress address) {
    return (first.compareTo(address) <= 0 && address.compareTo(last) <= 0) != inverted;
  }

  /** {@code first-last}. */
  @Override
  public String toString() {
    return AddressText.of(first) + "-" + AddressText.of(last);
  }
}
