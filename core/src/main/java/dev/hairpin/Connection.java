package dev.hairpin;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fraction;
import dev.hairpin.path.Hop;
import dev.hairpin.path.Host;
import dev.hairpin.path.HttpRequest;
import dev.hairpin.path.LoadBalancing;
import dev.hairpin.path.NameService;
import dev.hairpin.path.Network;
import dev.hairpin.path.Outcome;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Reason;
import dev.hairpin.path.Source;
import dev.hairpin.path.Step;
import dev.hairpin.path.Trace;
import dev.hairpin.path.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    Trace trace = connect(Target.parse(target, cluster), cluster.network(), cluster.chooser());
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
            .lookup(source, parsed.host(), cluster.chooser(), network)
            .addresses()
            .stream()
            .findFirst();
    if (address.isEmpty()) {
      return new OpenConnection(cluster, to(target));
    }
    Host caller = in(network, cluster.wires().hostOf(source));
    SocketAddress to = new SocketAddress(address.get(), parsed.port());
    Attempt attempt = network.call(Call.of(caller, parsed.protocol(), to, cluster.chooser())
        .boundTo(sourcePort, null)
        .asking(cluster.describe(source) + " opens " + target));
    return new OpenConnection(cluster, attempt, source, target);
  }

  /**
   * The exact distribution of where a new connection ends.
   *
   * @param target as for {@link #to}
   * @return each different end with its share
   * @throws IllegalArgumentException if the target is none that {@link #to} takes
   */
  public Shares sharesTo(String target) {
    Target parsed = Target.parse(target, cluster);
    cluster.wires().hostOf(source);
    Map<Shares.End, Fraction> ends = Outcomes.of(chooser ->
        Shares.End.of(connect(parsed, cluster.wires().fork(), chooser), cluster.state(), source));
    return new Shares(source + " to " + target, ends);
  }

  private Trace connect(Target target, Network network, Chooser chooser) {
    String asker = cluster.describe(source);
    String question = asker + " " + target.verb() + " " + target.text();
    List<IpAddress> addresses;
    String how = "socket opened";
    if (target.address().isPresent()) {
      addresses = List.of(target.address().get());
    } else {
      NameService.Lookup lookup = cluster.lookup(source, target.host(), chooser, network);
      if (lookup.addresses().isEmpty()) {
        return unresolved(question, lookup);
      }
      addresses = lookup.addresses();
      how += " (name " + target.host() + " -> " + addresses.get(0) + ")";
    }
    IpAddress address = addresses.get(0);
    Host caller = in(network, cluster.wires().hostOf(source));
    SocketAddress to = new SocketAddress(address, target.port());
    Trace trace = network
        .call(Call.of(caller, target.protocol(), to, chooser)
            .boundTo(sourcePort, null)
            .asking(question))
        .trace();
    Trace whole = opened(trace, how);
    Optional<LoadBalancing.Layer7> balancer = cluster.wires().layer7At(address);
    return balancer.isPresent() && trace.outcome().delivered()
        ? throughBalancer(target, whole, balancer.get(), network, chooser)
        : whole;
  }

  private static Host in(Network network, Host host) {
    return network.find(host.name()).orElseThrow();
  }

  /** The trace with the name that was looked up in its first remark. */
  private static Trace opened(Trace trace, String how) {
    if (trace.hops().isEmpty()) {
      return trace;
    }
    List<Hop> hops = new ArrayList<>(trace.hops());
    Hop first = hops.get(0);
    List<Step> steps = new ArrayList<>(first.steps());
    if (!steps.isEmpty() && steps.get(0) instanceof Step.Note) {
      steps.remove(0);
    }
    steps.add(0, new Step.Note(how));
    hops.set(
        0,
        new Hop(first.host(), first.stage(), first.before(), first.after(), first.what(), steps));
    return new Trace(trace.question(), hops, trace.reply(), trace.outcome(), trace.probability());
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

  /** The second connection, from a load balancer of layer 7 to its target. */
  private Trace throughBalancer(
      Target target, Trace first, LoadBalancing.Layer7 balancer, Network network, Chooser chooser) {
    Hop last = first.hops().get(first.hops().size() - 1);
    FiveTuple connection = last.after();
    HttpRequest request = target.request();
    LoadBalancing.HttpDecision decision = balancer.router().route(request, connection, chooser);
    List<Step> notes = new ArrayList<>();
    notes.add(new Step.Note(request.toString()));
    decision.notes().forEach(n -> notes.add(new Step.Note(n)));
    List<Hop> hops = new ArrayList<>(first.hops());
    hops.add(new Hop(balancer.label(), "", connection, connection, "HTTP", notes));
    if (decision instanceof LoadBalancing.HttpDecision.Answer answer) {
      return new Trace(
          first.question(), hops, first.reply(), answered(answer, balancer, connection), null);
    }
    SocketAddress to = ((LoadBalancing.HttpDecision.Forward) decision).target();
    Host host = network.find(balancer.label()).orElseThrow();
    IpAddress own = balancer.addresses().get(balancer.addresses().size() - 1);
    Attempt attempt = network.call(
        Call.of(host, Protocol.TCP, to, chooser).boundTo(0, own).asking(first.question()));
    Trace second = attempt.trace();
    hops.addAll(second.hops());
    List<Hop> reply = new ArrayList<>(second.reply());
    reply.addAll(first.reply());
    Outcome outcome = second.outcome().delivered() ? second.outcome() : failed(second.outcome());
    return new Trace(first.question(), hops, reply, outcome, null);
  }

  private static Outcome answered(
      LoadBalancing.HttpDecision.Answer answer,
      LoadBalancing.Layer7 balancer,
      FiveTuple connection) {
    return new Outcome(
        Verdict.ERROR_ANSWER,
        answer.reason(),
        "HTTP " + answer.status(),
        balancer.label(),
        null,
        balancer.label(),
        connection.destination(),
        connection.source(),
        null,
        null);
  }

  /** What a client of an ALB sees of a target that fails: 502 for a refusal, 504 for silence. */
  private static Outcome failed(Outcome target) {
    int status = target.verdict() == Verdict.TIMEOUT ? 504 : 502;
    return new Outcome(
        Verdict.ERROR_ANSWER,
        Reason.LB_TARGET_FAILED,
        "HTTP " + status + " (" + target.reason() + ")",
        target.decidedAt(),
        target.rule(),
        target.server(),
        target.serverAddress(),
        target.sourceSeen(),
        target.icmp(),
        target.errno());
  }
}
