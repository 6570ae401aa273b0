package dev.hairpin;

import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Network;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Resolves names: inside by the cluster's DNS, and outside by the public DNS, which here knows the
 * names of load balancers alone.
 */
final class Lookups {
  private final Cluster cluster;

  Lookups(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Resolves a name.
   *
   * @param choices decide where several addresses are as good
   * @param way the network that the questions go over
   */
  NameService.Lookup lookup(Source source, String name, Chooser choices, Network way) {
    if (source instanceof Source.Internet) {
      return addressesOfBalancer(name)
          .map(addresses -> publicAnswer(name, addresses, choices))
          .orElseGet(() -> new NameService.Lookup(name, List.of(), List.of(), Reason.NO_SUCH_NAME));
    }
    NameService.Lookup answer = cluster
        .component(NameService.class)
        .map(names -> names.lookup(source, name, choices, cluster.wires().courier(way)))
        .orElseGet(() -> new NameService.Lookup(name, List.of(), List.of(), Reason.DNS_NO_ANSWER));
    return answer.reason() == Reason.NO_SUCH_NAME
        ? addressesOfBalancer(name).map(a -> forwarded(answer, a, choices)).orElse(answer)
        : answer;
  }

  private Optional<List<IpAddress>> addressesOfBalancer(String name) {
    return cluster.components(LoadBalancing.class).stream()
        .flatMap(balancing -> balancing.addressesOf(name).stream())
        .findFirst();
  }

  /**
   * The answer to a name that the cluster's DNS forwards to the resolver of the VPC, which knows
   * the names of load balancers.
   */
  private static NameService.Lookup forwarded(
      NameService.Lookup unknown, List<IpAddress> addresses, Chooser choices) {
    NameService.Lookup known = publicAnswer(unknown.name(), addresses, choices);
    List<NameService.Asked> asked = new ArrayList<>(unknown.questions());
    asked.removeIf(q -> q.name().equals(unknown.name()) || q.name().equals(unknown.name() + "."));
    asked.addAll(known.questions());
    return new NameService.Lookup(unknown.name(), known.addresses(), asked, known.reason());
  }

  /** The addresses of a load balancer's name; none if it is no such name. */
  List<IpAddress> balancerAddresses(String hostname) {
    return addressesOfBalancer(hostname).orElse(List.of());
  }

  private static NameService.Lookup publicAnswer(
      String name, List<IpAddress> addresses, Chooser choices) {
    List<IpAddress> rotated = new ArrayList<>(addresses);
    if (addresses.size() > 1) {
      int first = choices.pick(addresses.size());
      Collections.rotate(rotated, -first);
    }
    return new NameService.Lookup(
        name,
        rotated,
        List.of(new NameService.Asked(
            name,
            "A",
            addresses.isEmpty() ? "no address" : rotated.get(0).toString(),
            "public DNS, the load balancer's zone")),
        addresses.isEmpty() ? Reason.NAME_HAS_NO_ADDRESS : Reason.DELIVERED);
  }
}
