package dev.hairpin.dns.resolver;

import dev.hairpin.path.Chooser;
import java.time.InstantSource;
import java.util.Locale;

/** The resolver libraries that programs in pods use. */
public enum ResolverLibrary {
  /**
   * {@code getaddrinfo} of glibc 2.36, with {@code hosts: files dns}: C, C++, Python, Ruby, PHP,
   * curl on Debian and most other distributions.
   */
  GLIBC("glibc-2.36"),
  /** {@code getaddrinfo} of musl 1.2.3: everything on Alpine. */
  MUSL("musl-1.2.3"),
  /** {@code net.LookupHost} of Go 1.22, its own resolver (netgo). */
  GO("go-1.22"),
  /** {@code InetAddress.getAllByName} of OpenJDK on glibc, with the JVM's cache. */
  JAVA("java"),
  /** {@code dns.lookup} of Node 20 on glibc; what {@code http.get} uses. */
  NODE_LOOKUP("node-20 dns.lookup"),
  /** {@code dns.resolve4} and {@code dns.resolve6} of Node 20, which are c-ares. */
  NODE_RESOLVE("node-20 dns.resolve");

  private final String title;

  ResolverLibrary(String title) {
    this.title = title;
  }

  /**
   * Starts a process with this library.
   *
   * @param host what it sees of its pod
   * @param chooser decides what the library leaves to chance: the server that {@code rotate} begins
   *     with, which of Go's two goroutines is first
   * @param clock the time, for caches
   * @return the process's resolver
   * @throws IllegalArgumentException if the host's files cannot be read
   */
  public Resolver process(Host host, Chooser chooser, InstantSource clock) {
    return switch (this) {
      case GLIBC -> new Glibc(host, chooser, false);
      case MUSL -> new Musl(host);
      case GO -> new GoNet(host, chooser);
      case JAVA -> new Jvm(new Glibc(host, chooser, true), JvmCachePolicy.DEFAULT, clock);
      case NODE_LOOKUP -> new NodeLookup(new Glibc(host, chooser, false));
      case NODE_RESOLVE -> new CAres(host, chooser);
    };
  }

  /**
   * Finds a library by its name.
   *
   * @param text such as {@code glibc}, {@code MUSL} or {@code go}
   * @return the library
   * @throws IllegalArgumentException if there is none of that name
   */
  public static ResolverLibrary parse(String text) {
    String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    for (ResolverLibrary library : values()) {
      if (library.name().equals(wanted)) {
        return library;
      }
    }
    throw new IllegalArgumentException("\""
        + text
        + "\" is not a resolver library; it is one of glibc musl go java node-lookup"
        + " node-resolve");
  }

  /** The library with its version, such as {@code musl-1.2.3}. */
  @Override
  public String toString() {
    return title;
  }
}
