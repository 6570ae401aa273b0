package dev.hairpin.iptables;

import java.util.Locale;

/**
 * The TCP flags that a packet must have.
 *
 * @param mask the flags that are looked at, as bits of the TCP header's 14th octet
 * @param set those of them that must be set; the others must be clear
 * @param inverted whether other packets match instead
 */
public record TcpFlags(int mask, int set, boolean inverted) {

  /** Matches every packet; not printed. */
  public static final TcpFlags ANY = new TcpFlags(0, 0, false);

  /** {@code --syn}: the first packet of a connection. */
  public static final TcpFlags SYN = new TcpFlags(0x17, 0x02, false);

  private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};

  /**
   * Whether a packet's flags match.
   *
   * @param flags the 14th octet of the TCP header
   * @return true if they do
   */
  public boolean matches(int flags) {
    return ((flags & mask) == set) != inverted;
  }

  /** The bits of a comma-separated list of names, {@code ALL} or {@code NONE}; -1 if it is none. */
  static int bits(String names) {
    int bits = 0;
    for (String name : names.split(",", -1)) {
      int bit = bit(name.toUpperCase(Locale.ROOT));
      if (bit < 0) {
        return -1;
      }
      bits |= bit;
    }
    return bits;
  }

  private static int bit(String name) {
    if (name.equals("ALL")) {
      return 0x3f;
    } else if (name.equals("NONE")) {
      return 0;
    }
    for (int i = 0; i < NAMES.length; i++) {
      if (NAMES[i].equals(name)) {
        return 1 << i;
      }
    }
    return -1;
  }

  private static String names(int bits) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < NAMES.length; i++) {
      if ((bits & 1 << i) != 0) {
        out.append(out.isEmpty() ? "" : ",").append(NAMES[i]);
      }
    }
    return out.isEmpty() ? "NONE" : out.toString();
  }

  /** The flags looked at and the flags set, as {@code --tcp-flags} takes them. */
  @Override
  public String toString() {
    return names(mask) + " " + names(set);
  }
}
