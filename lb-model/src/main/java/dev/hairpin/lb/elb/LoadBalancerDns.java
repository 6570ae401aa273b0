package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The names of load balancers in DNS.
 *
 * <p>A name resolves to the addresses of the zones in which every target group has enough healthy
 * targets; if no zone is so, to those of all zones. Source: user guides, "Target group health",
 * "DNS failover"; "Network Load Balancers", "DNS name" and "Zonal shift".
 */
public final class LoadBalancerDns {

  /**
   * An answer.
   *
   * @param addresses the addresses in the order of the load balancer's subnets
   * @param timeToLive how long resolvers keep them
   * @param removedZones the zones that were left out because too few of their targets are healthy
   * @param failOpen whether all zones are in because none is healthy
   */
  public record Answer(
      List<IpAddress> addresses,
      Duration timeToLive,
      List<String> removedZones,
      boolean failOpen) {}

  private final ElasticLoadBalancing elb;

  /**
   * The names of an account.
   *
   * @param elb the account's load balancing
   */
  public LoadBalancerDns(ElasticLoadBalancing elb) {
    this.elb = elb;
  }

  /**
   * Resolves a name as a resolver without a zone of its own does.
   *
   * @param name a load balancer's DNS name in any case, with or without the last dot; that of a
   *     Network Load Balancer also with a zone before it, {@code us-west-2a.NAME}; either with
   *     {@code dualstack.} before it
   * @param family IPv4 for A, IPv6 for AAAA
   * @return the answer; nothing (NXDOMAIN) if no load balancer has the name or it is not active yet
   */
  public Optional<Answer> resolve(String name, IpFamily family) {
    return resolve(name, family, null, Chooser.seeded(0));
  }

  /**
   * Resolves a name as the VPC's resolver in a zone does: a Network Load Balancer's
   * {@code dns_record.client_routing_policy} may keep the client in its zone.
   *
   * @param name as above
   * @param family as above
   * @param clientZone the zone of the client, or null outside the VPC
   * @param chooser decides whether a client under partial affinity (85 percent) stays in its zone
   * @return as above
   */
  public Optional<Answer> resolve(
      String name, IpFamily family, @Nullable String clientZone, Chooser chooser) {
    String wanted = name.toLowerCase(Locale.ROOT);
    wanted = wanted.endsWith(".") ? wanted.substring(0, wanted.length() - 1) : wanted;
    wanted = wanted.startsWith("dualstack.") ? wanted.substring("dualstack.".length()) : wanted;
    for (LoadBalancerState lb : elb.loadBalancers()) {
      String own = lb.dnsName().toLowerCase(Locale.ROOT);
      if (lb.isActive() && wanted.equals(own)) {
        return Optional.of(answer(lb, family, clientZone, chooser));
      }
      boolean network = lb.config().type() == LoadBalancerType.NETWORK;
      if (lb.isActive() && network && wanted.endsWith("." + own)) {
        String zone = wanted.substring(0, wanted.length() - own.length() - 1);
        return lb.nodeIn(zone)
            .map(n -> new Answer(
                addresses(List.of(n), family), elb.timings().dnsTimeToLive(), List.of(), false));
      }
    }
    return Optional.empty();
  }

  private Answer answer(
      LoadBalancerState lb, IpFamily family, @Nullable String clientZone, Chooser chooser) {
    List<Node> healthy = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    for (Node node : lb.nodes()) {
      if (isHealthy(lb, node)) {
        healthy.add(node);
      } else {
        removed.add(node.availabilityZone());
      }
    }
    boolean failOpen = healthy.isEmpty();
    List<Node> nodes = failOpen ? lb.nodes() : healthy;
    String policy =
        lb.config().attributes().text("dns_record.client_routing_policy", "any_availability_zone");
    List<Node> own =
        nodes.stream().filter(n -> n.availabilityZone().equals(clientZone)).toList();
    if (!own.isEmpty() && staysInZone(policy, chooser)) {
      nodes = own;
    }
    return new Answer(
        addresses(nodes, family),
        elb.timings().dnsTimeToLive(),
        failOpen ? List.of() : removed,
        failOpen);
  }

  private static boolean staysInZone(String policy, Chooser chooser) {
    return switch (policy) {
      case "availability_zone_affinity" -> true;
      case "partial_availability_zone_affinity" -> chooser.happens(85, 100);
      default -> false;
    };
  }

  /**
   * Whether a node's addresses belong into DNS.
   *
   * @param lb the load balancer
   * @param node its node
   * @return true if every group in use has enough healthy targets within the node's reach
   */
  public boolean isHealthy(LoadBalancerState lb, Node node) {
    return lb.targetGroupArns().stream()
        .allMatch(arn -> elb.targetGroup(arn).isHealthyIn(lb, node.availabilityZone()));
  }

  private static List<IpAddress> addresses(List<Node> nodes, IpFamily family) {
    List<IpAddress> addresses = new ArrayList<>();
    for (Node node : nodes) {
      IpAddress address = family == IpFamily.IPV4 ? node.advertisedAddress() : node.ipv6Address();
      if (address != null) {
        addresses.add(address);
      }
    }
    return addresses;
  }
}
