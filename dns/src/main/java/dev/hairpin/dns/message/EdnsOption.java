package dev.hairpin.dns.message;

import com.google.common.io.BaseEncoding;
import java.util.Locale;

/**
 * An option of EDNS.
 *
 * @param code the number of the option, 0 to 65535
 * @param hex its data in hexadecimal, two lower-case digits an octet
 */
public record EdnsOption(int code, String hex) {

  /** The identifier of a name server (RFC 5001). */
  public static final int NSID = 3;

  /** The client's network (RFC 7871). */
  public static final int CLIENT_SUBNET = 8;

  /** When a zone expires (RFC 7314). */
  public static final int EXPIRE = 9;

  /** A cookie (RFC 7873). */
  public static final int COOKIE = 10;

  /** How long a TCP connection may stay open (RFC 7828). */
  public static final int TCP_KEEPALIVE = 11;

  /** Nothing, to hide the length (RFC 7830). */
  public static final int PADDING = 12;

  /** Why an answer is not what one hoped for (RFC 8914). */
  public static final int EXTENDED_ERROR = 15;

  /**
   * Checks the data.
   *
   * @throws IllegalArgumentException if the number does not fit in 16 bits, or the data is not
   *     hexadecimal
   */
  public EdnsOption {
    if (code < 0 || code > 0xffff) {
      throw new IllegalArgumentException("EDNS option " + code + " is not within 0-65535");
    }
    hex = hex.toLowerCase(Locale.ROOT);
    if (!BaseEncoding.base16().lowerCase().canDecode(hex)) {
      throw new IllegalArgumentException("\"" + hex + "\" is not whole octets in hexadecimal");
    }
  }

  /**
   * An option with these octets.
   *
   * @param code the number of the option
   * @param octets its data
   * @return the option
   */
  public static EdnsOption of(int code, byte[] octets) {
    return new EdnsOption(code, BaseEncoding.base16().lowerCase().encode(octets));
  }

  /**
   * The data.
   *
   * @return the octets
   */
  public byte[] octets() {
    return BaseEncoding.base16().lowerCase().decode(hex);
  }
}
