package dev.hairpin.dns.message;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The type of a record or of a question.
 *
 * <p>Source: IANA's registry of resource record types.
 *
 * @param code the number on the wire, 0 to 65535
 */
public record RecordType(int code) {
  private static final Map<String, RecordType> BY_NAME = new HashMap<>();
  private static final Map<Integer, String> NAMES = new HashMap<>();

  /** An IPv4 address. */
  public static final RecordType A = named(1, "A");

  /** A name server. */
  public static final RecordType NS = named(2, "NS");

  /** The real name of an alias. */
  public static final RecordType CNAME = named(5, "CNAME");

  /** The start of a zone. */
  public static final RecordType SOA = named(6, "SOA");

  /** A pointer, as reverse names have. */
  public static final RecordType PTR = named(12, "PTR");

  /** A host's processor and system. */
  public static final RecordType HINFO = named(13, "HINFO");

  /** A mail exchanger. */
  public static final RecordType MX = named(15, "MX");

  /** Text. */
  public static final RecordType TXT = named(16, "TXT");

  /** An IPv6 address. */
  public static final RecordType AAAA = named(28, "AAAA");

  /** A service's host and port. */
  public static final RecordType SRV = named(33, "SRV");

  /** A rule to rewrite names. */
  public static final RecordType NAPTR = named(35, "NAPTR");

  /** An alias of a whole tree. */
  public static final RecordType DNAME = named(39, "DNAME");

  /** EDNS's options; no record of a zone. */
  public static final RecordType OPT = named(41, "OPT");

  /** A signature. */
  public static final RecordType RRSIG = named(46, "RRSIG");

  /** A proof that a name does not exist. */
  public static final RecordType NSEC = named(47, "NSEC");

  /** A hashed proof that a name does not exist. */
  public static final RecordType NSEC3 = named(50, "NSEC3");

  /** A service's parameters. */
  public static final RecordType SVCB = named(64, "SVCB");

  /** A web service's parameters. */
  public static final RecordType HTTPS = named(65, "HTTPS");

  /** Asks for the changes of a zone. */
  public static final RecordType IXFR = named(251, "IXFR");

  /** Asks for a whole zone. */
  public static final RecordType AXFR = named(252, "AXFR");

  /** Asks for records of any type. */
  public static final RecordType ANY = named(255, "ANY");

  static {
    String[] others = {
      "3 MD",
      "4 MF",
      "7 MB",
      "8 MG",
      "9 MR",
      "10 NULL",
      "14 MINFO",
      "17 RP",
      "18 AFSDB",
      "19 X25",
      "20 ISDN",
      "21 RT",
      "23 NSAP-PTR",
      "24 SIG",
      "25 KEY",
      "26 PX",
      "27 GPOS",
      "29 LOC",
      "30 NXT",
      "31 EID",
      "32 NIMLOC",
      "34 ATMA",
      "36 KX",
      "37 CERT",
      "42 APL",
      "43 DS",
      "44 SSHFP",
      "45 IPSECKEY",
      "48 DNSKEY",
      "49 DHCID",
      "51 NSEC3PARAM",
      "52 TLSA",
      "53 SMIMEA",
      "55 HIP",
      "56 NINFO",
      "57 RKEY",
      "58 TALINK",
      "59 CDS",
      "60 CDNSKEY",
      "61 OPENPGPKEY",
      "62 CSYNC",
      "63 ZONEMD",
      "99 SPF",
      "100 UINFO",
      "101 UID",
      "102 GID",
      "103 UNSPEC",
      "104 NID",
      "105 L32",
      "106 L64",
      "107 LP",
      "108 EUI48",
      "109 EUI64",
      "249 TKEY",
      "250 TSIG",
      "253 MAILB",
      "254 MAILA",
      "256 URI",
      "257 CAA",
      "258 AVC",
      "260 AMTRELAY",
      "32768 TA",
      "32769 DLV"
    };
    for (String other : others) {
      int blank = other.indexOf(' ');
      named(Integer.parseInt(other.substring(0, blank)), other.substring(blank + 1));
    }
  }

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it does not fit in 16 bits
   */
  public RecordType {
    if (code < 0 || code > 0xffff) {
      throw new IllegalArgumentException("record type " + code + " is not within 0-65535");
    }
  }

  private static RecordType named(int code, String name) {
    RecordType type = new RecordType(code);
    NAMES.put(code, name);
    BY_NAME.put(name, type);
    return type;
  }

  /**
   * Finds a type by name.
   *
   * @param name the name in any case, or {@code TYPE} with a number (RFC 3597)
   * @return the type, or nothing
   */
  public static Optional<RecordType> byName(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return Optional.ofNullable(BY_NAME.get(upper))
        .or(() -> Numbered.code(upper, "TYPE").map(RecordType::new));
  }

  /** The name, or {@code TYPE} with the number. {@link #byName} reads it back. */
  @Override
  public String toString() {
    return NAMES.getOrDefault(code, "TYPE" + code);
  }
}
