package dev.hairpin.dns.resolver;

/**
 * The resolver library of one process.
 *
 * <p>It keeps what the real one keeps between lookups: the JVM its cache, glibc what it learnt of
 * servers that cannot bear two questions at once, Go and glibc whose turn it is under
 * {@code rotate}. Not thread-safe: one lookup at a time.
 */
public interface Resolver {

  /**
   * Looks up a name.
   *
   * @param name the name as a program gives it: a host name, an absolute name with a final dot, or
   *     an address
   * @param family which addresses are wanted
   * @param servers the name servers, and the way to them
   * @return what was asked and what came of it
   */
  Lookup lookup(String name, AddressFamily family, NameServers servers);
}
