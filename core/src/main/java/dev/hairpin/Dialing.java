package dev.hairpin;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was made to an address: the call, and behind a load balancer of layer 7 the
 * request and the second call to its target.
 *
 * @param first the call to the address
 * @param balancer the load balancer that answered it; null if there is none
 * @param decision what it did with the request; null if there is none
 * @param second the call to its target; null if there is none
 * @param outcome the end of it all
 */
record Dialing(
    Attempt first,
    LoadBalancing.@Nullable Layer7 balancer,
    LoadBalancing.@Nullable HttpDecision decision,
    @Nullable Attempt second,
    Outcome outcome) {

  /** What is called from which port (0 for any), and whether the way is written down. */
  record Request(
      Target target, IpAddress address, int sourcePort, String question, boolean traced) {
    private Call asked(Call call) {
      return traced ? call.asking(question) : call.untraced();
    }
  }

  /** Makes the connection in a network. */
  static Dialing dial(
      Request request, Host caller, ClusterNetwork wires, Network network, Chooser chooser) {
    SocketAddress to = new SocketAddress(request.address(), request.target().port());
    Attempt first =
        network.call(request.asked(Call.of(caller, request.target().protocol(), to, chooser)
            .boundTo(request.sourcePort(), null)));
    Optional<LoadBalancing.Layer7> balancer = wires.layer7At(request.address());
    if (balancer.isEmpty() || !first.outcome().delivered()) {
      return new Dialing(first, null, null, null, first.outcome());
    }
    return throughBalancer(request, first, balancer.get(), network, chooser);
  }

  /** The second connection, from a load balancer of layer 7 to its target. */
  private static Dialing throughBalancer(
      Request request,
      Attempt first,
      LoadBalancing.Layer7 balancer,
      Network network,
      Chooser chooser) {
    Outcome reached = first.outcome();
    FiveTuple connection = new FiveTuple(
        Protocol.TCP,
        Objects.requireNonNull(reached.sourceSeen()),
        Objects.requireNonNull(reached.serverAddress()));
    LoadBalancing.HttpDecision decision =
        balancer.router().route(request.target().request(), connection, chooser);
    if (decision instanceof LoadBalancing.HttpDecision.Answer answer) {
      return new Dialing(first, balancer, decision, null, answered(answer, balancer, connection));
    }
    if (decision instanceof LoadBalancing.HttpDecision.Refused refused) {
      return new Dialing(first, balancer, decision, null, notMade(refused, balancer, network));
    }
    SocketAddress to = ((LoadBalancing.HttpDecision.Forward) decision).target();
    Host host = network.find(balancer.label()).orElseThrow();
    IpAddress own = balancer.addresses().get(balancer.addresses().size() - 1);
    Attempt second =
        network.call(request.asked(Call.of(host, Protocol.TCP, to, chooser).boundTo(0, own)));
    Outcome outcome = second.outcome().delivered() ? second.outcome() : failed(second.outcome());
    return new Dialing(first, balancer, decision, second, outcome);
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

  /** What a client sees that the load balancer does not let in; silence takes all its patience. */
  private static Outcome notMade(
      LoadBalancing.HttpDecision.Refused refused, LoadBalancing.Layer7 balancer, Network network) {
    if (refused.silent()) {
      network.clock().advance(Call.TCP_PATIENCE);
    }
    return new Outcome(
        refused.silent() ? Verdict.TIMEOUT : Verdict.REFUSED,
        refused.reason(),
        refused.silent() ? "time-out, not a refusal" : "connection refused at once (RST)",
        balancer.label(),
        null,
        null,
        null,
        null,
        null,
        refused.silent() ? "ETIMEDOUT" : "ECONNREFUSED");
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

  /** The hosts that the first packets of both calls were on. */
  List<Host> passed() {
    List<Host> all = new ArrayList<>(first.passed());
    if (second != null) {
      all.addAll(second.passed());
    }
    return all;
  }

  /** The way as it was written down. */
  Trace trace(Request request, String opened) {
    Trace start = opened(first.trace(), opened);
    if (balancer == null || decision == null) {
      return start;
    }
    FiveTuple connection = start.hops().get(start.hops().size() - 1).after();
    List<Step> notes = new ArrayList<>();
    notes.add(new Step.Note(request.target().request().toString()));
    decision.notes().forEach(n -> notes.add(new Step.Note(n)));
    List<Hop> hops = new ArrayList<>(start.hops());
    hops.add(new Hop(balancer.label(), "", connection, connection, "HTTP", notes));
    List<Hop> reply = new ArrayList<>();
    if (second != null) {
      hops.addAll(second.trace().hops());
      reply.addAll(second.trace().reply());
    }
    reply.addAll(start.reply());
    return new Trace(start.question(), hops, reply, outcome, null);
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
}
