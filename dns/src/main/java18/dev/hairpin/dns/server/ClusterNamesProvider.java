package dev.hairpin.dns.server;

import dev.hairpin.net.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Puts the lookup of {@link ClusterNames} before the JVM's own resolver. Found by the JVM itself, JDK
 * 18 or later.
 */
public final class ClusterNamesProvider extends InetAddressResolverProvider {

  /** Called by the JVM. */
  public ClusterNamesProvider() {}

  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new Chained(configuration.builtinResolver());
  }

  @Override
  public String name() {
    return "hairpin";
  }

  /**
   * Asks the cluster first.
   *
   * @param builtin the JVM's own resolver
   */
  private record Chained(InetAddressResolver builtin) implements InetAddressResolver {

    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      Optional<List<IpAddress>> known = ClusterNames.addressesOf(host);
      if (known.isEmpty()) {
        return builtin.lookupByName(host, policy);
      }
      List<InetAddress> wanted = new ArrayList<>();
      for (IpAddress address : known.get()) {
        int family = address.isV4() ? LookupPolicy.IPV4 : LookupPolicy.IPV6;
        if ((policy.characteristics() & family) != 0) {
          wanted.add(InetAddress.getByAddress(host, address.toBytes()));
        }
      }
      if (wanted.isEmpty()) {
        throw new UnknownHostException(host + ": the cluster has no such name");
      }
      return wanted.stream();
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      return builtin.lookupByAddress(address);
    }
  }
}
