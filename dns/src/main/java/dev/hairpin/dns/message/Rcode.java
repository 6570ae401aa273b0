package dev.hairpin.dns.message;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a server answered.
 *
 * @param code the number: four bits in the header, and with EDNS eight more above them; 0 to 4095
 */
public record Rcode(int code) {

  /** No error; there may be no data either. */
  public static final Rcode NOERROR = new Rcode(0);

  /** The question could not be read. */
  public static final Rcode FORMERR = new Rcode(1);

  /** The server failed. */
  public static final Rcode SERVFAIL = new Rcode(2);

  /** The name does not exist. */
  public static final Rcode NXDOMAIN = new Rcode(3);

  /** The server does not do this. */
  public static final Rcode NOTIMP = new Rcode(4);

  /** The server does not want to. */
  public static final Rcode REFUSED = new Rcode(5);

  /** The server does not serve this zone. */
  public static final Rcode NOTAUTH = new Rcode(9);

  /** A version of EDNS that the server does not know. */
  public static final Rcode BADVERS = new Rcode(16);

  private static final List<String> NAMES = List.of(
      "NOERROR",
      "FORMERR",
      "SERVFAIL",
      "NXDOMAIN",
      "NOTIMP",
      "REFUSED",
      "YXDOMAIN",
      "YXRRSET",
      "NXRRSET",
      "NOTAUTH",
      "NOTZONE",
      "STATEFUL",
      "RCODE12",
      "RCODE13",
      "RCODE14",
      "RCODE15",
      "BADVERS",
      "BADKEY",
      "BADTIME",
      "BADMODE",
      "BADNAME",
      "BADALG",
      "BADTRUNC",
      "BADCOOKIE");

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it does not fit in 12 bits
   */
  public Rcode {
    if (code < 0 || code > 0xfff) {
      throw new IllegalArgumentException("rcode " + code + " is not within 0-4095");
    }
  }

  /** The code with this number, without making one for the usual ones. */
  static Rcode of(int code) {
    return switch (code) {
      case 0 -> NOERROR;
      case 2 -> SERVFAIL;
      case 3 -> NXDOMAIN;
      default -> new Rcode(code);
    };
  }

  /**
   * Finds a code by name.
   *
   * @param name the name in any case, or {@code RCODE} with a number
   * @return the code, or nothing
   */
  public static Optional<Rcode> byName(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    int index = upper.equals("NOTIMPL") ? NOTIMP.code : NAMES.indexOf(upper);
    return index >= 0
        ? Optional.of(new Rcode(index))
        : Numbered.code(upper, "RCODE").filter(c -> c <= 0xfff).map(Rcode::new);
  }

  /** The name, or {@code RCODE} with the number. {@link #byName} reads it back. */
  @Override
  public String toString() {
    return code < NAMES.size() ? NAMES.get(code) : "RCODE" + code;
  }
}
