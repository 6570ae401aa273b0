package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Rcode;

/** The response codes that resolver libraries tell apart. */
enum ReplyCode {
  NOERROR,
  FORMERR,
  SERVFAIL,
  NXDOMAIN,
  NOTIMP,
  REFUSED,
  /** Any other. */
  OTHER;

  static ReplyCode of(Rcode rcode) {
    return switch (rcode.code()) {
      case 0 -> NOERROR;
      case 1 -> FORMERR;
      case 2 -> SERVFAIL;
      case 3 -> NXDOMAIN;
      case 4 -> NOTIMP;
      case 5 -> REFUSED;
      default -> OTHER;
    };
  }
}
