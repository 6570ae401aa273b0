package dev.hairpin.dns.resolver;

/**
 * {@code dns.lookup} of Node 20: libuv's {@code getaddrinfo} on a thread of its pool, in the order
 * in which the C library gives the addresses.
 *
 * <p>Source: Node 20 {@code lib/dns.js}; {@code EAI_NODATA} and {@code EAI_NONAME} are both told as
 * {@code ENOTFOUND}.
 */
final class NodeLookup implements Resolver {
  private final Resolver library;

  NodeLookup(Resolver library) {
    this.library = library;
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, NameServers servers) {
    Lookup lookup = library.lookup(name, family, servers);
    Result result = lookup.result();
    if (result instanceof Result.Failed failed) {
      String code = switch (failed.code()) {
        case "EAI_NONAME", "EAI_NODATA" -> "ENOTFOUND";
        default -> failed.code();
      };
      result = new Result.Failed(code, 0, "getaddrinfo " + code + " " + name);
    }
    return new Lookup(name, result, lookup.exchanges(), lookup.took());
  }
}
