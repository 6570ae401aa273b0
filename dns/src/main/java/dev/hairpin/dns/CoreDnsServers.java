package dev.hairpin.dns;

import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.resolver.Query;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The name servers that a pod's resolver can reach: CoreDNS at the cluster's DNS addresses, and the
 * resolvers of the machines, asked directly and without a network between.
 */
final class CoreDnsServers implements NameServers {

  /** What a question within a data centre takes there and back. */
  static final Duration ROUND_TRIP = Duration.ofNanos(300_000);

  private final CoreDnsServer coreDns;
  private final List<IpAddress> clusterDns;
  private final Map<SocketAddress, Upstream> machines;
  private final IpAddress client;
  private final Chooser chooser;

  /**
   * The servers as one client sees them.
   *
   * @param coreDns the cluster's server
   * @param clusterDns the addresses at which it is reached
   * @param machines the other resolvers
   * @param client the client's address
   * @param chooser decides the order of addresses in answers
   */
  CoreDnsServers(
      CoreDnsServer coreDns,
      List<IpAddress> clusterDns,
      Map<SocketAddress, Upstream> machines,
      IpAddress client,
      Chooser chooser) {
    this.coreDns = coreDns;
    this.clusterDns = List.copyOf(clusterDns);
    this.machines = Map.copyOf(machines);
    this.client = client;
    this.chooser = chooser;
  }

  @Override
  public List<Arrival> send(Query query) {
    if (clusterDns.contains(query.server().address())) {
      return askCoreDns(query);
    }
    Upstream machine = machines.get(query.server());
    return machine == null ? List.of() : askMachine(machine, query);
  }

  private static Transport transport(Query query) {
    return query.protocol() == Protocol.TCP ? Transport.TCP : Transport.UDP;
  }

  private List<Arrival> askCoreDns(Query query) {
    SocketAddress from = new SocketAddress(client, query.sourcePort());
    Answer answer = coreDns.answer(
        query.message(), new Client(from, query.server(), transport(query)), chooser);
    Optional<Message> message = answer.message();
    return message
        .<List<Arrival>>map(m -> List.of(new Arrival.Answered(
            ROUND_TRIP.plus(answer.took()), m, String.join("; ", answer.explain()))))
        .orElseGet(List::of);
  }

  static List<Arrival> askMachine(Upstream machine, Query query) {
    Upstream.Response response = machine.ask(query.message(), transport(query));
    if (response instanceof Upstream.Answered answered) {
      return List.of(new Arrival.Answered(
          ROUND_TRIP.plus(answered.delay()), answered.message(), "the machine's resolver"));
    }
    return response instanceof Upstream.Unreachable
        ? List.of(new Arrival.Refused(ROUND_TRIP))
        : List.of();
  }
}
