package dev.hairpin.dns;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.resolver.ClusterLookups;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.resolver.PodTools;
import dev.hairpin.dns.resolver.QueryCosts;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.server.DnsServer;
import dev.hairpin.dns.server.DnsServerOptions;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.NameService;
import dev.hairpin.path.Source;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CoreDNS running in a cluster, with the resolver libraries that ask it.
 *
 * <p>A question to the ClusterIP of {@code kube-system/kube-dns} is answered by CoreDNS, one to a
 * node's own resolver by the upstream; any other is lost. Not thread-safe: it belongs to the thread
 * that writes the cluster.
 */
public final class ClusterDns implements NameService {
  private static final String CLUSTER_DOMAIN = "cluster.local";
  private static final int DNS_PORT = 53;

  /** The resolvers of nodes: of a VPC, and of nodes elsewhere. */
  private static final List<SocketAddress> NODE_RESOLVERS = List.of(
      new SocketAddress(ClusterLookups.VPC_RESOLVER, DNS_PORT),
      new SocketAddress(ClusterLookups.NODE_RESOLVER, DNS_PORT));

  private final CoreDnsServer server;
  private final Map<SocketAddress, Upstream> machines = new HashMap<>();
  private final ClusterLookups lookups;

  ClusterDns(
      ClusterState state,
      Corefile corefile,
      CoreDnsVersion version,
      Upstream upstream,
      ResolverLibrary library) {
    Surroundings surroundings = Surroundings.NONE.withAddresses(CoreDnsServer.ownAddresses(state));
    for (SocketAddress resolver : NODE_RESOLVERS) {
      surroundings = surroundings.withNameserver(resolver, upstream);
      machines.put(resolver, upstream);
    }
    this.server = CoreDnsServer.install(state, corefile, version, surroundings);
    this.lookups = new ClusterLookups(state, CLUSTER_DOMAIN, library);
  }

  /**
   * The server, to ask it messages directly.
   *
   * @return the server
   */
  public CoreDnsServer server() {
    return server;
  }

  /**
   * Who asks, and what he sees: the files, names and addresses of pods and nodes.
   *
   * @return the lookups of pods and nodes
   */
  public ClusterLookups lookups() {
    return lookups;
  }

  /**
   * The name servers as a pod or node reaches them, without a network between; see
   * {@link NameServers#behind} to put one there.
   *
   * @param source the pod or node
   * @param chooser decides the order of addresses in answers
   * @return the servers
   * @throws IllegalArgumentException if the source does not exist
   */
  public NameServers servers(Source source, Chooser chooser) {
    IpAddress client =
        lookups.host(source).addresses().stream().findFirst().orElse(IpAddress.parse("127.0.0.1"));
    return new CoreDnsServers(server, lookups.clusterDns(), machines, client, chooser);
  }

  /**
   * Looks a name up, and tells more than {@link #lookup}: when each question was sent, from which
   * port, and how long the program waited.
   *
   * @param source the pod or node that asks
   * @param name the name as a program says it
   * @param chooser decides what is left to chance
   * @return every question, and what came of it; prints as a table
   * @throws IllegalArgumentException if the source does not exist
   */
  public dev.hairpin.dns.resolver.Lookup resolve(Source source, String name, Chooser chooser) {
    return lookups.lookup(source, name, chooser, servers(source, chooser));
  }

  @Override
  public Lookup lookup(Source source, String name, Chooser chooser) {
    return ClusterLookups.told(resolve(source, name, chooser));
  }

  /**
   * The commands {@code nslookup}, {@code dig} and {@code getent} on a pod or node.
   *
   * @param source the pod or node
   * @param chooser decides what is left to chance
   * @return the commands
   * @throws IllegalArgumentException if the source does not exist
   */
  public PodTools tools(Source source, Chooser chooser) {
    return new PodTools(lookups.host(source), chooser, servers(source, chooser));
  }

  /**
   * What a name costs from a pod or node, by library and {@code ndots}.
   *
   * @param source the pod or node
   * @param name the name
   * @return the costs for {@code ndots} 1, 2 and 5
   * @throws IllegalArgumentException if the source does not exist
   */
  public QueryCosts costs(Source source, String name) {
    NameServers servers = servers(source, Chooser.seeded(0));
    return QueryCosts.of(name, lookups.host(source), servers, List.of(1, 2, 5));
  }

  /**
   * Serves CoreDNS on a real socket; its questions count as asked on port 53. While it runs, the
   * cluster is changed by {@link DnsServer#call} only.
   *
   * @param options where and how to listen
   * @return the running server
   * @throws IOException if the address and port cannot be had
   */
  public DnsServer serve(DnsServerOptions options) throws IOException {
    return DnsServer.start(this::answerPacket, options);
  }

  private Optional<byte[]> answerPacket(byte[] packet, Client client) {
    SocketAddress asked = new SocketAddress(client.server().address(), DNS_PORT);
    return server.answerPacket(packet, new Client(client.address(), asked, client.transport()));
  }
}
