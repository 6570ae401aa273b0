package dev.hairpin.dns.resolver;

/**
 * The errors of {@code getaddrinfo}.
 *
 * <p>Source: {@code netdb.h} and {@code gai_strerror} of glibc 2.36 and musl 1.2.3, which agree on
 * the numbers and not on the sentences.
 */
enum GaiError {
  EAI_NONAME(-2, "Name or service not known", "Name does not resolve"),
  EAI_AGAIN(-3, "Temporary failure in name resolution", "Try again"),
  EAI_FAIL(-4, "Non-recoverable failure in name resolution", "Non-recoverable error"),
  EAI_NODATA(-5, "No address associated with hostname", "Unknown error"),
  EAI_ADDRFAMILY(-9, "Address family for hostname not supported", "Unknown error"),
  EAI_SYSTEM(-11, "System error", "System error");

  private final int number;
  private final String glibc;
  private final String musl;

  GaiError(int number, String glibc, String musl) {
    this.number = number;
    this.glibc = glibc;
    this.musl = musl;
  }

  Result.Failed glibc() {
    return new Result.Failed(name(), number, glibc);
  }

  Result.Failed musl() {
    return new Result.Failed(name(), number, musl);
  }
}
