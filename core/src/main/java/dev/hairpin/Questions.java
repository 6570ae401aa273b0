package dev.hairpin;

import dev.hairpin.analysis.Explorer;
import dev.hairpin.analysis.Shares;
import dev.hairpin.analysis.WalkEnd;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks about all ways that a connection can go, in copies of the cluster's network. */
final class Questions {
  private final Cluster cluster;
  private final ClusterNetwork wires;

  Questions(Cluster cluster) {
    this.cluster = cluster;
    this.wires = cluster.wires();
  }

  /** What a name leads to: the address that is dialled, or why there is none. */
  record Answer(Optional<IpAddress> address, Reason reason) {
    static Answer of(NameService.Lookup lookup) {
      return new Answer(lookup.addresses().stream().findFirst(), lookup.reason());
    }
  }

  /**
   * What the host of a target leads to.
   *
   * @param asked is told of lookups, one for each way in which its choices can fall
   */
  Map<Answer, Fraction> answers(Source source, Target target, Consumer<NameService.Lookup> asked) {
    return target.address().isPresent()
        ? Map.of(new Answer(target.address(), Reason.DELIVERED), Fraction.ONE)
        : wires.visiting(() -> Outcomes.ofFirst(choices -> wires.walk(source, (network, caller) -> {
          NameService.Lookup lookup =
              cluster.lookups().lookup(source, target.host(), choices, network);
          asked.accept(lookup);
          return Answer.of(lookup);
        })));
  }

  /** The shares of a target, called from a port or, if that is 0, from any. */
  Shares shares(Source source, Target target, int port) {
    Map<Answer, Fraction> answers = answers(source, target, lookup -> {});
    Shares.Builder shares = new Shares.Builder(source + " to " + target.text());
    answers.forEach((answer, share) -> answer
        .address()
        .ifPresentOrElse(
            address -> add(shares, source, target, address, port, share),
            () -> shares.add(Shares.End.lost(answer.reason()), share)));
    return shares.build();
  }

  /**
   * The shares of a target whose name led to one of some addresses, each as likely as the other.
   */
  Shares shares(Source source, Target target, List<IpAddress> addresses) {
    Shares.Builder shares = new Shares.Builder(source + " to " + target.text());
    addresses.forEach(
        address -> add(shares, source, target, address, 0, Fraction.of(1, addresses.size())));
    return shares.build();
  }

  private void add(
      Shares.Builder shares,
      Source source,
      Target target,
      IpAddress address,
      int port,
      Fraction share) {
    Explorer explorer = wires.explorer();
    shares.add(explorer, choices -> walked(source, target, address, port, choices), share);
  }

  /** What becomes of one connection. */
  WalkEnd walked(Source source, Target target, IpAddress address, int port, Chooser choices) {
    Dialing.Request request = new Dialing.Request(target, address, port, "", false);
    return wires.walk(
        source,
        port,
        (network, caller) -> ended(Dialing.dial(request, caller, wires, network, choices)));
  }

  private WalkEnd ended(Dialing dialing) {
    Outcome outcome = dialing.outcome();
    if (outcome.serverAddress() == null) {
      Shares.End end = Shares.End.lost(outcome.reason());
      return new WalkEnd(end.on("", "", hops(dialing, ""), crossings(dialing), ""), null);
    }
    String node = wires.nodeAt(outcome.serverAddress().address());
    String server = outcome.server() + ":" + outcome.serverAddress().port();
    Shares.End end =
        outcome.delivered() ? Shares.End.reached(server) : Shares.End.lost(outcome.reason());
    String seen = Objects.requireNonNull(outcome.sourceSeen()).address().toString();
    return new WalkEnd(
        end.on(node, wires.zoneOf(node), hops(dialing, node), crossings(dialing), seen),
        outcome.delivered() ? outcome.serverAddress() : null);
  }

  /** How many nodes were crossed before the server's own. */
  private static int hops(Dialing dialing, String serversNode) {
    return (int) dialing.passed().stream()
        .filter(host -> host.kind() == HostKind.NODE)
        .map(Host::name)
        .filter(name -> !name.equals(serversNode))
        .distinct()
        .count();
  }

  /** A pod's packet passes the pod's node first, so the zone it starts from is counted. */
  private int crossings(Dialing dialing) {
    int crossings = 0;
    String last = "";
    for (Host host : dialing.passed()) {
      String zone = wires.zoneOf(host);
      if (!zone.isEmpty()) {
        crossings += last.isEmpty() || zone.equals(last) ? 0 : 1;
        last = zone;
      }
    }
    return crossings;
  }
}
