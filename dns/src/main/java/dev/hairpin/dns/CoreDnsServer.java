package dev.hairpin.dns;

import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.corefile.PluginOrder;
import dev.hairpin.dns.corefile.ServedZone;
import dev.hairpin.dns.corefile.ServerBlock;
import dev.hairpin.dns.corefile.Token;
import dev.hairpin.dns.kubernetes.ExternalPlugin;
import dev.hairpin.dns.kubernetes.KubernetesPlugin;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.plugin.Exchange;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Plugins;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.dns.rewrite.RewritePlugin;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CoreDNS, answering for a cluster.
 *
 * <p>It follows the cluster's Services, EndpointSlices, Pods and Namespaces; a change shows in the
 * next answer. Time is the cluster's virtual time, chance is drawn from the cluster's seed. Not
 * thread-safe: it belongs to the thread that writes the cluster.
 */
public final class CoreDnsServer {

  /** The address that a question without a client comes from. */
  private static final SocketAddress NOBODY =
      new SocketAddress(IpAddress.parse("192.0.2.1"), 40_000);

  private static final SocketAddress HERE = new SocketAddress(IpAddress.parse("127.0.0.1"), 53);

  private static final Plugins PLUGINS = new Plugins()
      .with("kubernetes", KubernetesPlugin::setUp)
      .with("k8s_external", ExternalPlugin::setUp)
      .with("rewrite", RewritePlugin::setUp);

  private final ClusterState state;
  private final CoreDnsVersion version;
  private final Surroundings surroundings;
  private final Map<Integer, Server> servers = new HashMap<>();
  private final Set<Integer> ednsOptions = new HashSet<>();
  private final Chooser chance;

  private CoreDnsServer(
      ClusterState state,
      Corefile corefile,
      CoreDnsVersion version,
      Surroundings surroundings,
      boolean synced) {
    this.state = state;
    this.version = version;
    this.surroundings = surroundings;
    this.chance = Chooser.seeded(state.seed());
    for (ServerBlock block : corefile.blocks()) {
      add(block, synced);
    }
  }

  /**
   * Installs CoreDNS in a cluster. Its own addresses are those of the first pod with the label
   * {@code k8s-app: kube-dns}; its {@code /etc/resolv.conf} names a resolver that knows no name.
   *
   * @param state the cluster
   * @param corefile the configuration
   * @param version the version
   * @return the server
   * @throws CorefileException if the configuration is refused, with file and line where there are
   *     any
   */
  public static CoreDnsServer install(
      ClusterState state, Corefile corefile, CoreDnsVersion version) {
    return install(
        state,
        corefile,
        version,
        Surroundings.NONE
            .withAddresses(ownAddresses(state))
            .withNameserver(SocketAddress.parse("192.0.2.53:53"), StubZones.withoutNames()));
  }

  /** The addresses of the first pod of CoreDNS. */
  static List<IpAddress> ownAddresses(ClusterState state) {
    for (Pod pod : state.list(Pod.class)) {
      if ("kube-dns".equals(pod.metadata().labels().get("k8s-app"))) {
        return pod.podIps().stream()
            .flatMap(ip -> IpAddress.tryParse(ip).stream())
            .toList();
      }
    }
    return List.of();
  }

  /**
   * Installs CoreDNS in a cluster.
   *
   * @param state the cluster
   * @param corefile the configuration
   * @param version the version
   * @param surroundings what it finds around it
   * @return the server
   * @throws CorefileException if the configuration is refused, with file and line where there are
   *     any
   */
  public static CoreDnsServer install(
      ClusterState state, Corefile corefile, CoreDnsVersion version, Surroundings surroundings) {
    return new CoreDnsServer(state, corefile, version, surroundings, true);
  }

  /**
   * Starts CoreDNS while the API server cannot be reached: after five seconds of waiting it answers
   * without knowing any object, and what would be NXDOMAIN is SERVFAIL.
   *
   * @param state the cluster, which it does not see
   * @param corefile the configuration
   * @param version the version
   * @param surroundings what it finds around it
   * @return the server
   * @throws CorefileException if the configuration is refused, with file and line where there are
   *     any
   */
  public static CoreDnsServer unsynced(
      ClusterState state, Corefile corefile, CoreDnsVersion version, Surroundings surroundings) {
    return new CoreDnsServer(state, corefile, version, surroundings, false);
  }

  private void add(ServerBlock block, boolean synced) {
    for (ServedZone zone : block.zones()) {
      if (!zone.scheme().equals("dns")) {
        throw new CorefileException(zone + " is not modelled: only plain DNS is");
      }
    }
    Setup setup =
        new Setup(block, version, surroundings, synced ? state : null, this::ask, ednsOptions);
    Handler chain = chain(block, setup);
    boolean chaos = block.plugins().containsKey("chaos") || block.plugins().containsKey("forward");
    for (ServedZone zone : block.zones()) {
      Server server = servers.computeIfAbsent(zone.port(), p -> new Server(ednsOptions));
      server.add(zone.zone(), chain);
      if (chaos) {
        server.answerChaos();
      }
    }
  }

  /** Plugins are put one before the other from the last to the first, in CoreDNS's order. */
  private static Handler chain(ServerBlock block, Setup setup) {
    Handler chain = query -> {
      query.exchange().note("server", "no plugin is left to ask");
      return Reply.error();
    };
    for (int i = PluginOrder.NAMES.size() - 1; i >= 0; i--) {
      String name = PluginOrder.NAMES.get(i);
      List<Token> words = block.plugins().get(name);
      if (words != null) {
        chain = plugin(name, words, setup).before(chain);
      }
    }
    return chain;
  }

  private static Plugin plugin(String name, List<Token> words, Setup setup) {
    Plugins.Reader reader = PLUGINS.reader(name);
    try {
      return reader.setUp(setup, new Cursor(words));
    } catch (CorefileException e) {
      throw e.in(name);
    }
  }

  /** Asks the server itself, where the question arrived. */
  private @Nullable Message ask(Query query) {
    Server server = servers.get(query.client().server().port());
    if (server == null || !query.exchange().enter()) {
      return null;
    }
    try {
      Message.Fitted answer = server.answer(query);
      return answer == null ? null : answer.message();
    } finally {
      query.exchange().leave();
    }
  }

  /**
   * Answers a message.
   *
   * @param query the message
   * @param client who asks, how, and on which of the server's addresses
   * @return the answer
   */
  public Answer answer(Message query, Client client) {
    return answer(query, client, chance);
  }

  /**
   * Answers a message, with chance in the hands of the caller.
   *
   * @param query the message
   * @param client who asks, how, and on which of the server's addresses
   * @param chooser decides what is left to chance, such as the order of addresses
   * @return the answer; without a message if nothing listens on the port
   */
  public Answer answer(Message query, Client client, Chooser chooser) {
    Exchange exchange = new Exchange(state.clock().now(), chooser);
    Server server = servers.get(client.server().port());
    Message.Fitted fitted =
        server == null ? null : server.answer(new Query(query, client, exchange));
    return new Answer(
        fitted == null ? null : fitted.message(),
        fitted != null && fitted.compressed(),
        exchange.elapsed(),
        exchange::notes);
  }

  /**
   * Answers octets as they arrive, whatever they are.
   *
   * @param packet the octets of a message, without the length that precedes them over TCP
   * @param client who asks, how, and on which of the server's addresses
   * @return the octets of the answer; nothing if CoreDNS would not answer
   */
  public Optional<byte[]> answerPacket(byte[] packet, Client client) {
    return Packets.answer(packet, query -> answer(query, client).encode());
  }

  /**
   * Asks for a name, as an administrator with dig would: over UDP, from nowhere in particular.
   *
   * @param name the name; absolute even without a final dot
   * @param type the type of the records wanted
   * @return the answer
   * @throws IllegalArgumentException if it is no name
   */
  public Answer lookup(String name, RecordType type) {
    return answer(
        Message.query(0, Question.of(name, type)), new Client(NOBODY, HERE, Transport.UDP));
  }

  /**
   * The version.
   *
   * @return the version
   */
  public CoreDnsVersion version() {
    return version;
  }

  /**
   * The ports on which it listens.
   *
   * @return the ports
   */
  public Set<Integer> ports() {
    return Set.copyOf(servers.keySet());
  }
}
