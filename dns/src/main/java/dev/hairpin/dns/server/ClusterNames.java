package dev.hairpin.dns.server;

import dev.hairpin.net.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets plain Java code of this JVM resolve a cluster's names: {@code InetAddress.getByName}, and so
 * every client built on it.
 *
 * <p>It takes effect on JDK 18 and later, through the
 * {@code java.net.spi.InetAddressResolverProvider} of this jar, when the jar is on the class path
 * (the provider lies in the multi-release part of the jar, which only a build by JDK 18 or later
 * has; on the module path a program names it in its own {@code provides}). On JDK 17 installing a
 * lookup changes nothing; there, ask a {@link DnsServer} or the model itself. The JVM caches what
 * it resolves; for changing clusters set the security property {@code networkaddress.cache.ttl} to
 * 0.
 *
 * <p>Thread-safe; the lookup is called by whichever thread resolves a name.
 */
public final class ClusterNames {
  private static final AtomicReference<@Nullable Installation> INSTALLED = new AtomicReference<>();

  private ClusterNames() {}

  /** Finds the addresses of a name. Must be thread-safe. */
  @FunctionalInterface
  public interface NameLookup {

    /**
     * Finds the addresses of a name.
     *
     * @param host the name
     * @return its addresses, none if the name is the cluster's and does not exist; nothing at all
     *     if the name is not the cluster's affair, and the JVM's own resolver is to be asked
     */
    Optional<List<IpAddress>> addressesOf(String host);
  }

  /** A lookup that is in effect until it is closed. */
  public static final class Installation implements AutoCloseable {
    private final NameLookup lookup;

    private Installation(NameLookup lookup) {
      this.lookup = lookup;
    }

    /** Takes the lookup out; does nothing if that was done before. */
    @Override
    public void close() {
      INSTALLED.compareAndSet(this, null);
    }
  }

  /**
   * Installs a lookup for this JVM.
   *
   * @param lookup what knows the names
   * @return the installation; close it to take the lookup out
   * @throws IllegalStateException if another lookup is installed
   */
  public static Installation install(NameLookup lookup) {
    Installation installation = new Installation(lookup);
    if (!INSTALLED.compareAndSet(null, installation)) {
      throw new IllegalStateException("another lookup is installed; close it first");
    }
    return installation;
  }

  /**
   * Asks the installed lookup.
   *
   * @param host the name
   * @return what it says; nothing if none is installed
   */
  static Optional<List<IpAddress>> addressesOf(String host) {
    Installation installation = INSTALLED.get();
    return installation == null ? Optional.empty() : installation.lookup.addressesOf(host);
  }
}
