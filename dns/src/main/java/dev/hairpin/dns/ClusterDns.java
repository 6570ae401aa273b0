package dev.hairpin.dns;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.dns.resolver.ClusterLookups;
import dev.hairpin.dns.resolver.Query;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.NameService;
import dev.hairpin.path.Source;
import java.util.List;

/**
 * CoreDNS running in a cluster, with the resolver libraries that ask it.
 *
 * <p>A question to the ClusterIP of {@code kube-system/kube-dns} is answered by CoreDNS, one to a
 * node's own resolver by the upstream; any other is lost. Not thread-safe: it belongs to the thread
 * that writes the cluster.
 */
public final class ClusterDns implements NameService {
  private static final String CLUSTER_DOMAIN = "cluster.local";

  /** The resolvers of nodes: of a VPC, and of nodes elsewhere. */
  private static final List<SocketAddress> NODE_RESOLVERS =
      List.of(SocketAddress.parse("169.254.169.253:53"), SocketAddress.parse("192.0.2.53:53"));

  private final ClusterState state;
  private final CoreDnsServer server;
  private final Upstream upstream;
  private final ClusterLookups lookups;

  ClusterDns(
      ClusterState state,
      Corefile corefile,
      CoreDnsVersion version,
      Upstream upstream,
      ResolverLibrary library) {
    this.state = state;
    this.upstream = upstream;
    Surroundings surroundings = Surroundings.NONE.withAddresses(CoreDnsServer.ownAddresses(state));
    for (SocketAddress resolver : NODE_RESOLVERS) {
      surroundings = surroundings.withNameserver(resolver, upstream);
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

  @Override
  public Lookup lookup(Source source, String name, Chooser chooser) {
    IpAddress client =
        lookups.host(source).addresses().stream().findFirst().orElse(IpAddress.parse("127.0.0.1"));
    return ClusterLookups.told(
        lookups.lookup(source, name, chooser, query -> send(query, client, chooser)));
  }

  private List<Arrival> send(Query query, IpAddress client, Chooser chooser) {
    Transport transport = query.protocol() == Protocol.TCP ? Transport.TCP : Transport.UDP;
    if (isClusterDns(query.server().address())) {
      Client from =
          new Client(new SocketAddress(client, query.sourcePort()), query.server(), transport);
      Answer answer = server.answer(query.message(), from, chooser);
      String why = String.join("; ", answer.explain());
      return answer
          .message()
          .<List<Arrival>>map(m -> List.of(new Arrival.Answered(answer.took(), m, why)))
          .orElse(List.of());
    }
    if (!NODE_RESOLVERS.contains(query.server())) {
      return List.of();
    }
    Message message = query.message();
    Upstream.Response response = upstream.ask(message, transport);
    if (response instanceof Upstream.Answered answered) {
      return List.of(
          new Arrival.Answered(answered.delay(), answered.message(), "the node's own resolver"));
    }
    return response instanceof Upstream.Unreachable
        ? List.of(new Arrival.Refused(java.time.Duration.ZERO))
        : List.of();
  }

  private boolean isClusterDns(IpAddress address) {
    return CoreDns.serviceOf(state)
        .map(service -> service.spec().clusterIps().contains(address.toString()))
        .orElse(false);
  }
}
