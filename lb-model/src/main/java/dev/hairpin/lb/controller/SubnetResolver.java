package dev.hairpin.lb.controller;

import dev.hairpin.lb.aws.AvailabilityZone;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.options.FeatureGate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the subnets of a load balancer: those that are named, or those that carry the right tag.
 *
 * <p>Source: {@code pkg/networking/subnet_resolver.go} of v2.8.2. Whether a subnet is public is
 * never looked at.
 */
final class SubnetResolver {
  /** How many addresses AWS wants free in a subnet of a load balancer. */
  static final int MINIMAL_FREE_ADDRESSES = 8;

  private static final String TAG_PREFIX = "kubernetes.io/cluster/";
  private static final Set<String> ROLE_VALUES = Set.of("", "1");

  private final Environment env;

  SubnetResolver(Environment env) {
    this.env = env;
  }

  /** By tag. {@code minFree} is 0 where free addresses do not matter. */
  List<Subnet> discover(boolean alb, String scheme, int minFree) {
    String role =
        scheme.equals("internal") ? "kubernetes.io/role/internal-elb" : "kubernetes.io/role/elb";
    return byTags(alb, Map.of(role, ROLE_VALUES), minFree, false);
  }

  /** By the tags of an IngressClassParams. */
  List<Subnet> byTags(boolean alb, Map<String, ? extends Collection<String>> tags) {
    return byTags(alb, tags, 0, true);
  }

  private List<Subnet> byTags(
      boolean alb,
      Map<String, ? extends Collection<String>> tags,
      int minFree,
      boolean singleAllowed) {
    env.requireRights();
    List<Subnet> matching = inVpc().stream()
        .filter(s -> tags.entrySet().stream()
            .allMatch(t -> s.tags().containsKey(t.getKey())
                && t.getValue().contains(s.tags().get(t.getKey()))))
        .toList();
    List<Subnet> usable = new ArrayList<>(matching);
    int ofOthers = 0;
    if (env.enabled(FeatureGate.SUBNETS_CLUSTER_TAG_CHECK)) {
      usable.removeIf(this::isOfOtherCluster);
      ofOthers = matching.size() - usable.size();
    }
    int before = usable.size();
    usable.removeIf(s -> s.freeAddresses() < minFree);
    int tooFull = before - usable.size();
    if (usable.isEmpty()) {
      throw new ReconcileException("unable to resolve at least one subnet ("
          + matching.size()
          + " match VPC and tags: "
          + Go.list(new TreeSet<>(tags.keySet()))
          + (ofOthers > 0 ? ", " + ofOthers + " tagged for other cluster" : "")
          + (tooFull > 0 ? ", " + tooFull + " have fewer than " + minFree + " free IPs" : "")
          + ")");
    }
    return checked(alb, onePerZone(usable), singleAllowed);
  }

  /** By ids and values of the tag Name, as an annotation lists them. */
  List<Subnet> byNamesOrIds(boolean alb, List<String> namesOrIds) {
    env.requireRights();
    List<Subnet> found = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (String nameOrId : namesOrIds) {
      if (nameOrId.startsWith("subnet-")) {
        found.add(env.ec2()
            .subnet(nameOrId)
            .orElseThrow(() -> new ReconcileException(
                "InvalidSubnetID.NotFound: The subnet ID '" + nameOrId + "' does not exist")));
      } else {
        names.add(nameOrId);
      }
    }
    inVpc().stream()
        .filter(s -> s.tags().containsKey("Name") && names.contains(s.tags().get("Name")))
        .forEach(found::add);
    if (found.size() != namesOrIds.size()) {
      throw new ReconcileException("couldn't find all subnets, nameOrIDs: "
          + Go.list(namesOrIds)
          + ", found: "
          + found.size());
    }
    if (found.isEmpty()) {
      throw new ReconcileException("unable to resolve at least one subnet");
    }
    checkOnePerZone(found);
    return checked(alb, found, true);
  }

  private List<Subnet> inVpc() {
    return env.ec2().subnets().stream()
        .filter(s -> s.vpcId().equals(env.aws().vpc().id()))
        .toList();
  }

  private String clusterTag() {
    return TAG_PREFIX + env.clusterName();
  }

  private boolean isOfOtherCluster(Subnet subnet) {
    return !subnet.tags().containsKey(clusterTag())
        && subnet.tags().keySet().stream().anyMatch(k -> k.startsWith("kubernetes.io/cluster"));
  }

  /** In each zone the subnet tagged for the cluster, then the one with the smallest id. */
  private List<Subnet> onePerZone(List<Subnet> subnets) {
    Map<String, Subnet> best = new TreeMap<>();
    Comparator<Subnet> order = Comparator.comparing(
            (Subnet s) -> !s.tags().containsKey(clusterTag()))
        .thenComparing(Subnet::id);
    for (Subnet subnet : subnets) {
      best.merge(subnet.zone(), subnet, (a, b) -> order.compare(a, b) <= 0 ? a : b);
    }
    return List.copyOf(best.values());
  }

  private static void checkOnePerZone(List<Subnet> subnets) {
    Map<String, Set<String>> byZone = new TreeMap<>();
    for (Subnet subnet : subnets) {
      byZone.computeIfAbsent(subnet.zone(), z -> new TreeSet<>()).add(subnet.id());
    }
    byZone.forEach((zone, ids) -> {
      if (ids.size() > 1) {
        throw new ReconcileException(
            "multiple subnets in same Availability Zone " + zone + ": " + Go.list(ids));
      }
    });
  }

  private List<Subnet> checked(boolean alb, List<Subnet> subnets, boolean singleAllowed) {
    Set<String> locales = new TreeSet<>();
    for (Subnet subnet : subnets) {
      locales.add(localeOf(subnet));
    }
    if (locales.size() > 1) {
      throw new ReconcileException("subnets in multiple locales: " + Go.list(locales));
    }
    boolean plainZones = locales.contains("availability-zone");
    boolean single = singleAllowed && env.enabled(FeatureGate.ALB_SINGLE_SUBNET);
    int minimum = alb && plainZones && !single ? 2 : 1;
    if (subnets.size() < minimum) {
      throw new ReconcileException(
          "subnets count less than minimal required count: " + subnets.size() + " < " + minimum);
    }
    return subnets.stream().sorted(Comparator.comparing(Subnet::id)).toList();
  }

  private String localeOf(Subnet subnet) {
    if (!subnet.outpostArn().isEmpty()) {
      return "outpost";
    }
    AvailabilityZone zone = env.ec2().zone(subnet.zone());
    return zone.type();
  }
}
