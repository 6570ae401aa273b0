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
    return rcode.code() < OTHER.ordinal() ? values()[rcode.code()] : OTHER;
  }
}
