package dev.hairpin.dns;

import dev.hairpin.dns.Receivers.Receiver;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.dns.resolver.Exchange;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.resolver.Query;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.Courier;
import dev.hairpin.path.trace.Outcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The name servers as one lookup of a pod or node meets them over the cluster's network: who gets a
 * question is decided by the rules on the way.
 *
 * <p>A socket of the lookup is a flow of its own. Its first question walks; those after it belong
 * to the same connection of conntrack and reach the same pod. Where all ways are visited, pods that
 * answer alike stay together; see {@link Receivers}.
 */
final class NetworkedServers implements NameServers {

  /** A socket, and where it sends to. */
  private record Flow(int port, Protocol protocol, SocketAddress server) {}

  private final ClusterDns dns;
  private final Source source;
  private final Chooser chooser;
  private final Courier courier;
  private final Instant begun;
  private final Map<Flow, Receivers> receivers = new HashMap<>();

  NetworkedServers(ClusterDns dns, Source source, Chooser chooser, Courier courier, Instant begun) {
    this.dns = dns;
    this.source = source;
    this.chooser = chooser;
    this.courier = courier;
    this.begun = begun;
  }

  @Override
  public List<Arrival> send(Query query) {
    Optional<List<Arrival>> machine = dns.askMachine(query);
    if (machine.isPresent()) {
      return machine.get();
    }
    Replica onNode = dns.nodeCache(source, query.server(), courier, chooser);
    if (onNode != null) {
      return ask(onNode, dns.clientAddress(source, query.sourcePort()), query, chooser);
    }
    return receivers
        .computeIfAbsent(flow(query), flow -> receivers(query))
        .ask(
            (receiver, choices) -> receiver.replica() == null
                ? receiver.silence()
                : ask(receiver.replica(), receiver.client(), query, choices),
            chooser);
  }

  private List<Arrival> ask(Replica replica, SocketAddress client, Query query, Chooser choices) {
    Transport transport = query.protocol() == Protocol.TCP ? Transport.TCP : Transport.UDP;
    return replica.ask(
        query.message(),
        new Client(client, query.server(), transport),
        choices,
        begun.plus(query.at()),
        CoreDnsServers.ROUND_TRIP,
        courier.isRehearsal());
  }

  private static Flow flow(Query query) {
    return new Flow(query.sourcePort(), query.protocol(), query.server());
  }

  private Receivers receivers(Query query) {
    return new Receivers(
        courier.ends(source, query.protocol(), query.server(), chooser),
        end -> receiver(end, query));
  }

  private Receiver receiver(Outcome end, Query query) {
    // CoreDNS sees the address that the packet arrives with, which need not be the pod's.
    SocketAddress client =
        end.sourceSeen() != null ? end.sourceSeen() : dns.clientAddress(source, query.sourcePort());
    Replica replica = end.delivered() && end.server() != null ? dns.replica(end.server()) : null;
    return new Receiver(client, end, replica);
  }

  /** Who answered a question and why, or why nobody did. */
  String explain(Exchange exchange) {
    String told = exchange.explanation();
    Query query = exchange.query();
    Receivers asked = receivers.get(flow(query));
    if (!told.isEmpty() || asked == null) {
      return told;
    }
    Receiver end = asked.first();
    if (end.replica() != null) {
      return end.replica().silence();
    }
    String way = query.protocol().lowerCase() + " to " + query.server() + ": ";
    Outcome outcome = end.outcome();
    return outcome.delivered()
        ? way + outcome.server() + " was reached, which is no CoreDNS"
        : way
            + outcome.reason()
            + (outcome.decidedAt().isEmpty() ? "" : " at " + outcome.decidedAt());
  }
}
