package dev.hairpin.dns.resolver;

/** What a name server says of a question. */
public enum Rcode {
  /** The name exists. */
  NOERROR,
  /** The question was not understood. */
  FORMERR,
  /** The server failed. */
  SERVFAIL,
  /** The name does not exist. */
  NXDOMAIN,
  /** The server does not do that. */
  NOTIMP,
  /** The server does not want to. */
  REFUSED
}
