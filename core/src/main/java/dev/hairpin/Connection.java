package dev.hairpin;

import dev.hairpin.analysis.Shares;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The start of a connection; say where to, and it is made.
 *
 * <p>Got from {@link Cluster#from}. A connection is really made: it leaves entries in the nodes'
 * connection tracking and counts for session affinity. {@link #sharesTo} leaves nothing behind.
 */
public final class Connection {
  private final Cluster cluster;
  private final Source source;
  private final int sourcePort;

  Connection(Cluster cluster, Source source) {
    this(cluster, source, 0);
  }

  private Connection(Cluster cluster, Source source, int sourcePort) {
    this.cluster = cluster;
    this.source = source;
    this.sourcePort = sourcePort;
  }

  /**
   * Connects, and sends a request where the target is a URL.
   *
   * @param target a URL such as {@code http://ui.ui/catalog}, or {@code host:port}, for TCP;
   *     {@code udp://host:port} for a datagram. The host is a name or an address, or
   *     {@code node/NAME} for a node's internal address
   * @return the way of the first packet and of what came back; {@link Trace#explain} says why
   * @throws IllegalArgumentException if the target is none of these
   */
  public Trace to(String target) {
    Trace trace = connect(Target.parse(target, cluster));
    return cluster.traced(
        trace.hops().isEmpty()
            ? trace
            : trace.explainedBy(cluster.explainer().connection(source, target, trace)));
  }

  /**
   * The same start from a source port of one's own choice, for this connection and those after it.
   *
   * @param port the port, 1 to 65535
   * @return a start from this port
   * @throws IllegalArgumentException if it is none
   */
  public Connection fromPort(int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("source port " + port + " is not within 1-65535");
    }
    return new Connection(cluster, source, port);
  }

  /**
   * Connects and keeps the connection, or keeps the socket of a datagram, to send more on it.
   *
   * @param target as for {@link #to}, but no load balancer of layer 7
   * @return the connection; closed if it could not be made
   * @throws IllegalArgumentException if the target is none
   */
  public OpenConnection open(String target) {
    Target parsed = Target.parse(target, cluster);
    Network network = cluster.network();
    Optional<IpAddress> address = parsed.address().isPresent()
        ? parsed.address()
        : cluster
            .lookups()
            .lookup(source, parsed.host(), cluster.chooser(), network)
            .addresses()
            .stream()
            .findFirst();
    if (address.isEmpty()) {
      return new OpenConnection(cluster, to(target));
    }
    Host caller = cluster.wires().hostOf(source);
    SocketAddress to = new SocketAddress(address.get(), parsed.port());
    Attempt attempt = network.call(Call.of(caller, parsed.protocol(), to, cluster.chooser())
        .boundTo(sourcePort, null)
        .asking(cluster.sources().describe(source) + " opens " + target));
    return new OpenConnection(cluster, attempt, source, target);
  }

  /**
   * Sends an ICMP echo request.
   *
   * @param host a name or an address, or {@code node/NAME} for a node's internal address
   * @return the way of the request; delivered if an echo reply came
   * @throws IllegalArgumentException if the host is none of these, or its name does not resolve
   */
  public Trace ping(String host) {
    Target parsed = Target.parseHost(host, cluster);
    Network network = cluster.network();
    IpAddress address = parsed
        .address()
        .or(
            () -> cluster
                .lookups()
                .lookup(source, parsed.host(), cluster.chooser(), network)
                .addresses()
                .stream()
                .findFirst())
        .orElseThrow(() -> new IllegalArgumentException(
            "ping: the name \"" + parsed.host() + "\" does not resolve"));
    Host caller = cluster.wires().hostOf(source);
    Protocol icmp = address.family() == IpFamily.IPV4 ? Protocol.ICMP : Protocol.ICMPV6;
    Trace trace = network
        .ping(Call.of(caller, icmp, new SocketAddress(address, 0), cluster.chooser())
            .asking(cluster.sources().describe(source) + " pings " + host))
        .trace();
    return trace.hops().isEmpty()
        ? trace
        : trace.explainedBy(cluster.explainer().connection(source, host, trace));
  }

  /**
   * The exact distribution of where a new connection ends. Nothing is sampled, and nothing is left
   * behind.
   *
   * @param target as for {@link #to}
   * @return each different end with its share
   * @throws IllegalArgumentException if the target is none that {@link #to} takes
   */
  public Shares sharesTo(String target) {
    return new Questions(cluster).shares(source, Target.parse(target, cluster), sourcePort);
  }

  /**
   * The exact distribution of anything that one can read off a trace, such as the nodes that it
   * crosses. Nothing is sampled, and nothing is left behind. Every way of the connection is walked,
   * so it costs more than {@link #sharesTo}; of the lookup before it, equal ways only once.
   *
   * @param target as for {@link #to}
   * @param view what to read; it must be a function of the trace alone
   * @param <T> what is read; its {@code equals} says which ways are the same
   * @return each different reading with its share; the shares sum to exactly 1
   * @throws IllegalArgumentException if the target is none that {@link #to} takes
   */
  public <T> Map<T, Fraction> distributionTo(String target, Function<Trace, T> view) {
    Target parsed = Target.parse(target, cluster);
    String question =
        cluster.sources().describe(source) + " " + parsed.verb() + " " + parsed.text();
    Map<Questions.Answer, NameService.Lookup> lookups = new HashMap<>();
    Map<T, Fraction> result = new LinkedHashMap<>();
    new Questions(cluster)
        .answers(source, parsed, l -> lookups.putIfAbsent(Questions.Answer.of(l), l))
        .forEach((answer, share) -> {
          if (answer.address().isPresent()) {
            distribution(parsed, answer.address().get(), question, view)
                .forEach((seen, p) -> result.merge(seen, p.times(share), Fraction::plus));
          } else {
            NameService.Lookup lookup = Objects.requireNonNull(lookups.get(answer));
            result.merge(view.apply(unresolved(question, lookup)), share, Fraction::plus);
          }
        });
    return result;
  }

  private <T> Map<T, Fraction> distribution(
      Target target, IpAddress address, String question, Function<Trace, T> view) {
    Dialing.Request request = new Dialing.Request(target, address, sourcePort, question, true);
    ClusterNetwork wires = cluster.wires();
    return Outcomes.of(choices -> wires.walk(
        source,
        sourcePort,
        (network, caller) -> view.apply(Dialing.dial(request, caller, wires, network, choices)
            .trace(request, "socket opened"))));
  }

  /**
   * Resolves a name as a program at the start would, and leaves nothing behind: no entries in
   * connection tracking, no answers in caches of the network.
   *
   * @param name the name
   * @return the questions that the resolver sent, and the addresses
   */
  public NameService.Lookup lookup(String name) {
    return cluster
        .wires()
        .walk(
            source,
            (network, caller) ->
                cluster.lookups().lookup(source, name, Chooser.seeded(0), network));
  }

  private Trace connect(Target target) {
    String question =
        cluster.sources().describe(source) + " " + target.verb() + " " + target.text();
    Network network = cluster.network();
    IpAddress address;
    String how = "socket opened";
    if (target.address().isPresent()) {
      address = target.address().get();
    } else {
      NameService.Lookup lookup =
          cluster.lookups().lookup(source, target.host(), cluster.chooser(), network);
      if (lookup.addresses().isEmpty()) {
        return unresolved(question, lookup);
      }
      address = lookup.addresses().get(0);
      how += " (name " + target.host() + " -> " + address + ")";
    }
    Dialing.Request request = new Dialing.Request(target, address, sourcePort, question, true);
    Host caller = cluster.wires().hostOf(source);
    return Dialing.dial(request, caller, cluster.wires(), network, cluster.chooser())
        .trace(request, how);
  }

  private Trace unresolved(String question, NameService.Lookup lookup) {
    boolean unanswered =
        lookup.reason() == Reason.DNS_NO_ANSWER && !lookup.questions().isEmpty();
    Outcome outcome = new Outcome(
        Verdict.UNREACHABLE,
        lookup.reason(),
        "could not resolve host: " + lookup.name(),
        unanswered ? lookup.questions().get(0).explanation() : "",
        null,
        null,
        null,
        null,
        null,
        null);
    Trace trace = new Trace(question, List.of(), List.of(), outcome, null);
    return trace.explainedBy(cluster.explainer().unresolved(source, lookup, trace));
  }
}
