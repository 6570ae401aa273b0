package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import java.util.List;

/**
 * An answer as far as resolver libraries look at it.
 *
 * @param rcode the response code
 * @param authoritative the header's AA bit
 * @param recursionAvailable the header's RA bit
 * @param truncated the header's TC bit
 * @param aliases the targets of the CNAME records in the answer section, in order
 * @param addresses the addresses of the A and AAAA records in the answer section, in order
 * @param additional whether there is any record in the additional section, OPT included
 */
public record Reply(
    Rcode rcode,
    boolean authoritative,
    boolean recursionAvailable,
    boolean truncated,
    List<String> aliases,
    List<IpAddress> addresses,
    boolean additional) {

  /** Copies the lists. */
  public Reply {
    aliases = List.copyOf(aliases);
    addresses = List.copyOf(addresses);
  }

  /**
   * A whole, authoritative answer of addresses.
   *
   * @param addresses the addresses; none means that the name has no data of the type
   * @return the answer
   */
  public static Reply of(IpAddress... addresses) {
    return new Reply(
        Rcode.NOERROR, true, false, false, List.of(), List.of(addresses), false);
  }

  /**
   * An authoritative answer without records.
   *
   * @param rcode the response code
   * @return the answer
   */
  public static Reply of(Rcode rcode) {
    return new Reply(rcode, true, false, false, List.of(), List.of(), false);
  }

  /**
   * How many records the answer section has.
   *
   * @return the number
   */
  public int answers() {
    return aliases.size() + addresses.size();
  }

  /**
   * Whether the answer section has an address of a family.
   *
   * @param type the type that was asked for
   * @return true if it has
   */
  public boolean has(AddressType type) {
    return addresses.stream().anyMatch(a -> a.family() == type.family());
  }

  /**
   * Whether this is what glibc and Go take for a lame server's word: no error, no answer, neither
   * AA nor RA, and nothing in the additional section.
   *
   * @return true if it is
   */
  boolean lame() {
    return rcode == Rcode.NOERROR
        && answers() == 0
        && !authoritative
        && !recursionAvailable
        && !additional;
  }

  /** {@code 172.20.83.84}, {@code NOERROR (no data)} or {@code NXDOMAIN}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (rcode != Rcode.NOERROR) {
      text.append(rcode);
    } else if (answers() == 0) {
      text.append("NOERROR (no data)");
    }
    for (String alias : aliases) {
      text.append(text.isEmpty() ? "" : " ").append("-> ").append(alias);
    }
    for (IpAddress address : addresses) {
      text.append(text.isEmpty() ? "" : " ").append(address);
    }
    return truncated ? text.append(" (truncated)").toString() : text.toString();
  }
}
