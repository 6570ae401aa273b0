package dev.hairpin.lb.elb;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much of everything an account may have. The figures are data with a date:
 * {@code elb-quotas.csv} beside this class.
 *
 * @param asOf the date of the figures
 * @param limits the limit by the quota's name
 */
public record Quotas(String asOf, Map<String, Integer> limits) {

  /** The share of a quota from which on {@link #nearlyUsed} reports it. */
  public static final int WARN_PERCENT = 80;

  /**
   * How far a quota is used.
   *
   * @param quota its name
   * @param of what it is counted for, such as a load balancer's name
   * @param used how many there are
   * @param limit how many there may be
   */
  public record Usage(String quota, String of, int used, int limit) {
    /** {@return how many more fit; negative if AWS would refuse} */
    public int left() {
      return limit - used;
    }

    /** Such as {@code rules-per-alb k8s-ui-ui: 84 of 100}. */
    @Override
    public String toString() {
      return quota + " " + of + ": " + used + " of " + limit;
    }
  }

  /** Copies the limits. */
  public Quotas {
    limits = Map.copyOf(limits);
  }

  /**
   * AWS' defaults.
   *
   * @return the quotas of the data file
   */
  public static Quotas defaults() {
    return Holder.DEFAULTS;
  }

  private static final class Holder {
    static final Quotas DEFAULTS = read();

    private static Quotas read() {
      String asOf = "";
      Map<String, Integer> limits = new TreeMap<>();
      for (String line : lines("elb-quotas.csv")) {
        if (line.startsWith("# as-of ")) {
          asOf = line.substring("# as-of ".length());
        } else if (!line.startsWith("#") && !line.isBlank()) {
          List<String> cells = Splitter.on(',').splitToList(line);
          limits.put(cells.get(0), Integer.parseInt(cells.get(1)));
        }
      }
      return new Quotas(asOf, limits);
    }
  }

  static List<String> lines(String resource) {
    try (InputStream in = Quotas.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A limit.
   *
   * @param quota its name in the data file
   * @return how many there may be
   * @throws IllegalArgumentException if there is no such quota
   */
  public int limit(String quota) {
    Integer limit = limits.get(quota);
    if (limit == null) {
      throw new IllegalArgumentException(
          "no quota is called \"" + quota + "\"; there are " + new TreeMap<>(limits).keySet());
    }
    return limit;
  }

  /**
   * The quotas with one that AWS raised.
   *
   * @param quota its name
   * @param limit the new limit
   * @return the new quotas
   */
  public Quotas with(String quota, int limit) {
    limit(quota);
    Map<String, Integer> changed = new LinkedHashMap<>(limits);
    changed.put(quota, limit);
    return new Quotas(asOf, changed);
  }

  /**
   * How far every quota is used.
   *
   * @param elb the account's load balancing
   * @return a line for each quota and what it is counted for, the fullest first
   */
  public List<Usage> usage(ElasticLoadBalancing elb) {
    List<Usage> usages = new ArrayList<>();
    for (LoadBalancerType type : LoadBalancerType.values()) {
      String kind = type == LoadBalancerType.NETWORK ? "nlb" : "alb";
      List<LoadBalancerState> all =
          elb.loadBalancers().stream().filter(lb -> lb.config().type() == type).toList();
      add(usages, kind + "s-per-region", "region", all.size());
      for (LoadBalancerState lb : all) {
        add(usages, "listeners-per-" + kind, lb.config().name(), lb.listeners().size());
        add(usages, "targets-per-" + kind, lb.config().name(), targets(elb, lb));
        add(usages, "certificates-per-" + kind, lb.config().name(), extraCertificates(lb));
        add(
            usages,
            "security-groups-per-lb",
            lb.config().name(),
            lb.config().securityGroups().size());
        if (type == LoadBalancerType.APPLICATION) {
          add(usages, "rules-per-alb", lb.config().name(), rules(lb));
          add(
              usages,
              "target-groups-per-alb",
              lb.config().name(),
              lb.targetGroupArns().size());
        } else {
          zones(elb, lb)
              .forEach((zone, count) ->
                  add(usages, "targets-per-zone-per-nlb", lb.config().name() + " " + zone, count));
        }
      }
    }
    add(usages, "target-groups-per-region", "region", elb.targetGroups().size());
    for (TargetGroupState group : elb.targetGroups()) {
      add(usages, "targets-per-target-group", group.config().name(), live(group));
    }
    usages.sort((a, b) -> Long.compare((long) b.used() * a.limit(), (long) a.used() * b.limit()));
    return usages;
  }

  /**
   * The quotas that are used to at least {@value #WARN_PERCENT} percent.
   *
   * @param elb the account's load balancing
   * @return the fullest first
   */
  public List<Usage> nearlyUsed(ElasticLoadBalancing elb) {
    return usage(elb).stream()
        .filter(u -> 100L * u.used() >= (long) WARN_PERCENT * u.limit())
        .toList();
  }

  private void add(List<Usage> usages, String quota, String of, int used) {
    usages.add(new Usage(quota, of, used, limit(quota)));
  }

  static int rules(LoadBalancerState lb) {
    return lb.listeners().stream().mapToInt(l -> l.ruleCount()).sum();
  }

  static int extraCertificates(LoadBalancerState lb) {
    return lb.listeners().stream()
        .mapToInt(l -> Math.max(0, l.config().certificates().size() - 1))
        .sum();
  }

  /**
   * Targets of a load balancer. An Application Load Balancer counts a target once for each group
   * and port, a Network Load Balancer once for each group.
   */
  static int targets(ElasticLoadBalancing elb, LoadBalancerState lb) {
    return lb.targetGroupArns().stream().mapToInt(a -> live(elb.targetGroup(a))).sum();
  }

  static int live(TargetGroupState group) {
    return group.live();
  }

  /** Targets by zone; with cross-zone load balancing those of all zones count together. */
  static Map<String, Integer> zones(ElasticLoadBalancing elb, LoadBalancerState lb) {
    Map<String, Integer> byZone = new TreeMap<>();
    for (String arn : lb.targetGroupArns()) {
      TargetGroupState group = elb.targetGroup(arn);
      boolean crossZone = group.config().crossZone(lb.config());
      for (TargetState target : group.targets()) {
        if (!target.isDraining()) {
          byZone.merge(crossZone ? "all zones" : target.availabilityZone(), 1, Integer::sum);
        }
      }
    }
    return byZone;
  }
}
