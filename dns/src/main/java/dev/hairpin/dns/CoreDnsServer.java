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
import dev.hairpin.dns.kubernetes.PlainAnswers;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.plugin.AnswerCache;
import dev.hairpin.dns.plugin.Exchange;
import dev.hairpin.dns.plugin.ForwardTargets;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Plugins;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.dns.rewrite.RewritePlugin;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.dns.view.View;
import dev.hairpin.dns.zone.AutoPlugin;
import dev.hairpin.dns.zone.FilePlugin;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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

  /** More than any sane configuration forwards to itself; a loop ends without answer. */
  private static final int MAX_QUESTIONS_TO_SELF = 8;

  /** With these and the silent ones only, an answer about a Service needs no chain. */
  private static final Set<String> PLAIN = Set.of("kubernetes", "forward", "cache", "loadbalance");

  /** With these and the silent ones only in front of the cache, a hit of one record is final. */
  private static final Set<String> BEFORE_CACHE = Set.of("loadbalance");

  private static final Plugins PLUGINS = new Plugins()
      .with("kubernetes", KubernetesPlugin::setUp)
      .with("k8s_external", ExternalPlugin::setUp)
      .with("rewrite", RewritePlugin::setUp)
      .with("file", FilePlugin::setUp)
      .with("auto", AutoPlugin::setUp)
      .with("view", View::setUp);

  private final ClusterState state;
  private final CoreDnsVersion version;
  private final Corefile corefile;
  private final Surroundings surroundings;
  private final List<Setup> setups = new ArrayList<>();
  private final List<Handler> chains = new ArrayList<>();
  private final List<AnswerCache> caches = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final Set<Integer> ednsOptions = new HashSet<>();
  private final Chooser chance;
  private int questionsToSelf;
  private long questions;

  /** What listens on a port: on some addresses, or on all if none are named. */
  private record Listener(Set<IpAddress> addresses, int port, Server server) {}

  private CoreDnsServer(
      ClusterState state,
      Corefile corefile,
      CoreDnsVersion version,
      Surroundings surroundings,
      boolean synced,
      @Nullable CoreDnsServer sibling) {
    this.state = state;
    this.corefile = corefile;
    this.version = version;
    this.surroundings = surroundings;
    this.chance = Chooser.seeded(state.seed());
    List<Runnable> shortcuts = new ArrayList<>();
    for (ServerBlock block : corefile.blocks()) {
      Setup other = sibling == null ? null : sibling.setups.get(setups.size());
      shortcuts.add(add(block, synced, other));
    }
    shortcuts.forEach(Runnable::run);
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
      if (CoreDnsObjects.isCoreDns(pod)) {
        return addressesOf(pod);
      }
    }
    return List.of();
  }

  static List<IpAddress> addressesOf(Pod pod) {
    return pod.podIps().stream().flatMap(ip -> IpAddress.tryParse(ip).stream()).toList();
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
    return new CoreDnsServer(state, corefile, version, surroundings, true, null);
  }

  /**
   * Another pod of the same Deployment: it watches the same objects, has the same configuration,
   * and caches of its own.
   *
   * @param addresses its own addresses
   * @return the server
   */
  CoreDnsServer replica(List<IpAddress> addresses) {
    Surroundings own = surroundings.withAddresses(addresses);
    return new CoreDnsServer(state, corefile, version, own, true, this);
  }

  /**
   * The server in a fork of its cluster: what it knows of the objects it shares with this one until
   * one of the two clusters changes; its caches are empty.
   *
   * @param fork the fork, which has not changed since it was made
   * @return the server
   */
  CoreDnsServer in(ClusterState fork) {
    return new CoreDnsServer(fork, corefile, version, surroundings, true, this);
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
    return new CoreDnsServer(state, corefile, version, surroundings, false, null);
  }

  /** Adds a block, and gives back what lets its plain questions past its chain. */
  private Runnable add(ServerBlock block, boolean synced, @Nullable Setup sibling) {
    for (ServedZone zone : block.zones()) {
      if (!zone.scheme().equals("dns")) {
        throw new CorefileException(zone + " is not modelled: only plain DNS is");
      }
    }
    Set<IpAddress> bound = boundTo(block);
    Setup setup = new Setup(
        block,
        version,
        surroundings,
        synced ? state : null,
        this::ask,
        this::upstream,
        ednsOptions,
        sibling);
    setups.add(setup);
    Handler chain = chain(block, setup);
    chains.add(chain);
    Optional<AnswerCache> cache = setup.shared(AnswerCache.class);
    cache.ifPresent(caches::add);
    boolean chaos = block.plugins().containsKey("chaos") || block.plugins().containsKey("forward");
    for (ServedZone zone : block.zones()) {
      Server server = listener(bound, zone.port());
      server.add(zone.zone(), chain, setup.shared(View.class).orElse(null));
      if (chaos) {
        server.answerChaos();
      }
    }
    Set<String> plugins = block.plugins().keySet();
    Optional<PlainAnswers> plain =
        plugins.stream().allMatch(name -> Plugins.isSilent(name) || PLAIN.contains(name))
            ? setup.shared(KubernetesPlugin.class).map(names -> names.plainAnswers(setup))
            : Optional.empty();
    boolean cacheIsFirst = PluginOrder.before("cache").stream()
        .filter(plugins::contains)
        .allMatch(name -> Plugins.isSilent(name) || BEFORE_CACHE.contains(name));
    return () -> block.zones().forEach(zone -> {
      Server server = listener(bound, zone.port());
      plain.filter(PlainAnswers::isUseful).ifPresent(a -> server.answerPlainly(a, chain));
      cache.filter(c -> cacheIsFirst).ifPresent(c -> server.answerFrom(c, chain));
    });
  }

  private static Set<IpAddress> boundTo(ServerBlock block) {
    Set<IpAddress> bound = new HashSet<>();
    for (String word : block.boundTo()) {
      bound.add(IpAddress.tryParse(word.equals("lo") ? "127.0.0.1" : word)
          .orElseThrow(() -> new CorefileException(
              "plugin/bind: not a valid IP address or" + " interface name: \"" + word + "\"")));
    }
    return bound;
  }

  private Server listener(Set<IpAddress> addresses, int port) {
    for (Listener listener : listeners) {
      if (listener.port == port && listener.addresses.equals(addresses)) {
        return listener.server;
      }
    }
    Server server = new Server(ednsOptions);
    listeners.add(new Listener(Set.copyOf(addresses), port, server));
    return server;
  }

  /** What listens on an address: a block that is bound to it before one that takes any. */
  private @Nullable Server server(SocketAddress address) {
    Server any = null;
    for (Listener listener : listeners) {
      if (listener.port == address.port()) {
        if (listener.addresses.contains(address.address())) {
          return listener.server;
        }
        any = listener.addresses.isEmpty() ? listener.server : any;
      }
    }
    return any;
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
    Plugins.Reader reader = PLUGINS.reader(name, words.get(0));
    try {
      return reader.setUp(setup, new Cursor(words));
    } catch (CorefileException e) {
      throw e.in(name);
    }
  }

  /** Who answers at an address that questions are forwarded to; that may be this server itself. */
  private @Nullable Upstream upstream(SocketAddress address) {
    Upstream known = surroundings.upstreams().get(address);
    if (known != null) {
      return known;
    }
    return isOwn(address) ? (query, transport) -> askSelf(query, address, transport) : null;
  }

  private boolean isOwn(SocketAddress address) {
    return surroundings.addresses().contains(address.address())
        || address.address().isLoopback()
        || listeners.stream().anyMatch(l -> l.addresses.contains(address.address()));
  }

  /** Where a block forwards to itself: sentences without a full stop. */
  List<String> loops() {
    List<String> loops = new ArrayList<>();
    for (int i = 0; i < setups.size(); i++) {
      for (ForwardTargets.Target target : targets(i)) {
        for (SocketAddress to : target.to()) {
          Server server =
              surroundings.upstreams().containsKey(to) || !isOwn(to) ? null : server(to);
          if (server != null && server.serves(target.from(), chains.get(i))) {
            loops.add(
                "CoreDNS forwards names in " + target.from() + " to " + to + ", which is itself");
          }
        }
      }
    }
    return loops;
  }

  /** Where a block forwards to an address at which nobody is: sentences without a full stop. */
  List<String> unreachableUpstreams() {
    List<String> unreachable = new ArrayList<>();
    for (int i = 0; i < setups.size(); i++) {
      for (ForwardTargets.Target target : targets(i)) {
        for (SocketAddress to : target.to()) {
          if (upstream(to) == null) {
            unreachable.add("CoreDNS forwards names in " + target.from() + " to " + to);
          }
        }
      }
    }
    return unreachable;
  }

  private List<ForwardTargets.Target> targets(int block) {
    return setups
        .get(block)
        .shared(ForwardTargets.class)
        .map(ForwardTargets::targets)
        .orElse(List.of());
  }

  private Upstream.Response askSelf(Message query, SocketAddress address, Transport transport) {
    if (server(address) == null) {
      return new Upstream.Unreachable();
    }
    if (questionsToSelf >= MAX_QUESTIONS_TO_SELF) {
      return new Upstream.Lost();
    }
    questionsToSelf++;
    try {
      SocketAddress from = new SocketAddress(address.address(), NOBODY.port());
      Answer answer = answer(query, new Client(from, address, transport), chance);
      return answer
          .message()
          .<Upstream.Response>map(m -> new Upstream.Answered(m, answer.took()))
          .orElse(new Upstream.Lost());
    } finally {
      questionsToSelf--;
    }
  }

  /** Asks the server itself, where the question arrived. */
  private @Nullable Message ask(Query query) {
    Server server = server(query.client().server());
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
    return answer(query, client, chooser, false);
  }

  /**
   * Answers a message, and leaves no trace of it in caches and counters if it is a rehearsal, so
   * that it can be asked again from the same state.
   */
  Answer answer(Message query, Client client, Chooser chooser, boolean rehearsal) {
    questions += rehearsal ? 0 : 1;
    Server server = server(client.server());
    if (server != null && query.isPlainQuestion()) {
      PlainAnswers plain = server.plain();
      Message answer = plain == null ? null : plain.answer(query);
      if (plain != null && answer != null) {
        return new Answer(answer, false, Duration.ZERO, () -> plain.explain(query.question()));
      }
      AnswerCache cache = server.cache();
      Message hit = cache == null ? null : cache.plainHit(query, state.clock().now(), !rehearsal);
      if (hit != null) {
        return new Answer(hit, false, Duration.ZERO, () -> explainHit(hit));
      }
    }
    return answerByChain(query, client, chooser, rehearsal);
  }

  private static List<String> explainHit(Message hit) {
    List<ResourceRecord> records = hit.answers().isEmpty() ? hit.authorities() : hit.answers();
    return List.of("cache: an answer of which " + records.get(0).ttl() + " s are left");
  }

  /** Answers through the plugins, also what could be answered without them. */
  Answer answerByChain(Message query, Client client, Chooser chooser, boolean rehearsal) {
    Server server = server(client.server());
    Exchange exchange = new Exchange(state.clock().now(), chooser, rehearsal);
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

  /** How many questions it was asked. */
  long questions() {
    return questions;
  }

  /** How often its caches knew the answer. */
  long cacheHits() {
    return caches.stream().mapToLong(AnswerCache::hits).sum();
  }

  /** How often its caches had to ask. */
  long cacheMisses() {
    return caches.stream().mapToLong(AnswerCache::misses).sum();
  }

  /**
   * What CoreDNS would log as a warning when it starts, such as a zone file that is not there.
   *
   * @return the warnings, with the plugin's name in front
   */
  public List<String> warnings() {
    return setups.stream().flatMap(setup -> setup.warnings().stream()).toList();
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
    return listeners.stream().map(Listener::port).collect(Collectors.toUnmodifiableSet());
  }
}
