package dev.hairpin.iptables;

import java.util.Set;

/**
 * The types that an address may have.
 *
 * @param types the types
 * @param inverted whether it must have another
 */
public record AddressTypes(Set<AddressType> types, boolean inverted) {
  /** Copies the types. */
  public AddressTypes {
    types = Set.copyOf(types);
  }

  /** The types, separated by commas. */
  @Override
  public String toString() {
    return EnumText.join(AddressType.values(), types);
  }
}
