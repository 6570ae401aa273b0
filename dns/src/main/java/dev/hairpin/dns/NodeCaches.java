package dev.hairpin.dns;

import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.Receivers.Receiver;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.Courier;
import dev.hairpin.path.trace.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * NodeLocal DNSCache: on every node a CoreDNS without the plugin kubernetes, which asks the
 * cluster's CoreDNS over TCP for the cluster's names and the node's own resolver for all others.
 *
 * <p>Source: the add-on nodelocaldns of Kubernetes 1.36, whose caches keep denials of the cluster's
 * names for 5 seconds.
 */
final class NodeCaches {
  private static final IpAddress LINK_LOCAL = IpAddress.parse("169.254.20.10");
  private static final int DNS_PORT = 53;

  private final ClusterState state;
  private final CoreDnsObjects objects;
  private final CoreDnsVersion version;
  private final Surroundings machines;
  private final Function<String, @Nullable Replica> coreDnsPods;
  private final Map<String, Replica> caches = new HashMap<>();
  private final Map<String, Pod> pods = new HashMap<>();

  /** How the questions of the lookup that is going on travel. */
  private @Nullable Way way;

  private record Way(Courier courier, Chooser chooser) {}

  /**
   * No cache yet.
   *
   * @param machines the resolvers of the nodes
   * @param coreDnsPods finds the CoreDNS that a pod is
   */
  NodeCaches(
      ClusterState state,
      CoreDnsVersion version,
      Surroundings machines,
      Function<String, @Nullable Replica> coreDnsPods) {
    this.state = state;
    this.objects = new CoreDnsObjects(state);
    this.version = version;
    this.machines = machines;
    this.coreDnsPods = coreDnsPods;
  }

  /** Whether the caches listen at an address. */
  boolean listenAt(IpAddress address) {
    return address.equals(LINK_LOCAL) || address.equals(clusterDns().orElse(null));
  }

  private Optional<IpAddress> clusterDns() {
    return objects.service().flatMap(s -> IpAddress.tryParse(s.spec().clusterIp()));
  }

  /** The cache of a node for one question, or null if its pod does not run. */
  @Nullable
  Replica on(String node, Courier courier, Chooser chooser) {
    Pod pod = pods.get(node);
    if (pod == null || !pod.equals(state.get(pod.key()).orElse(null))) {
      pod = objects.nodeCache(node).orElse(null);
      pods.remove(node);
    }
    if (pod == null) {
      return null;
    }
    pods.put(node, pod);
    way = new Way(courier, chooser);
    String name = pod.key().namespacedName();
    return caches.computeIfAbsent(name, n -> new Replica(n, server(node)));
  }

  Map<String, Replica> all() {
    return caches;
  }

  private CoreDnsServer server(String node) {
    IpAddress dns = clusterDns().orElse(LINK_LOCAL);
    SocketAddress upstream = new SocketAddress(objects.upstreamAddress().orElse(dns), DNS_PORT);
    Map<SocketAddress, Upstream> known = new HashMap<>(machines.upstreams());
    known.put(upstream, (query, transport) -> askCoreDns(node, upstream, query));
    return CoreDnsServer.install(
        state, corefile(dns, upstream.address()), version, machines.withUpstreams(known));
  }

  private Upstream.Response askCoreDns(String node, SocketAddress to, Message query) {
    Way how = Objects.requireNonNull(way, "a cache asks only while it is asked");
    Receivers receivers = new Receivers(
        how.courier.ends(new Source.OnNode(node), Protocol.TCP, to, how.chooser),
        end -> receiver(end, to));
    List<Arrival> arrivals = receivers.ask(
        (receiver, choices) -> receiver.replica() == null
            ? List.of()
            : receiver
                .replica()
                .ask(
                    query,
                    new Client(receiver.client(), to, Transport.TCP),
                    choices,
                    state.clock().now(),
                    CoreDnsServers.ROUND_TRIP,
                    how.courier.isRehearsal()),
        how.chooser);
    Receiver asked = receivers.first();
    if (asked.replica() == null) {
      return asked.outcome().errno() == null ? new Upstream.Lost() : new Upstream.Unreachable();
    }
    return arrivals.stream()
        .filter(Arrival.Answered.class::isInstance)
        .map(Arrival.Answered.class::cast)
        .<Upstream.Response>map(a -> new Upstream.Answered(a.message(), a.after()))
        .findFirst()
        .orElse(new Upstream.Lost());
  }

  private Receiver receiver(Outcome end, SocketAddress to) {
    SocketAddress client = end.sourceSeen() == null ? to : end.sourceSeen();
    Replica replica =
        end.delivered() && end.server() != null ? coreDnsPods.apply(end.server()) : null;
    return new Receiver(client, end, replica);
  }

  private static Corefile corefile(IpAddress dns, IpAddress upstream) {
    String block = """
        %1$s:53 {
            errors
            cache%2$s
            reload
            loop
            bind 169.254.20.10 %3$s
            forward . %4$s
            prometheus :9253
        }
        """;
    String toCoreDns = upstream + " {\n        force_tcp\n    }";
    String ofCluster = " {\n        success 9984 30\n        denial 9984 5\n    }";
    return Corefile.parse(block.formatted("cluster.local", ofCluster, dns, toCoreDns)
        + block.formatted("in-addr.arpa", " 30", dns, toCoreDns)
        + block.formatted("ip6.arpa", " 30", dns, toCoreDns)
        + block.formatted(".", " 30", dns, "/etc/resolv.conf"));
  }
}
