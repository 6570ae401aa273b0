package dev.hairpin.lb;

import dev.hairpin.lb.aws.Ec2;
import dev.hairpin.lb.aws.Instance;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.Quotas;
import dev.hairpin.lb.elb.cost.Prices;
import dev.hairpin.lb.elb.cost.Usage;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.whatif.CapacityModel;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.Flow;
import dev.hairpin.whatif.Load;
import dev.hairpin.whatif.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the traffic takes of load balancers, and how far the account's quotas are used. */
final class BalancerCapacity implements CapacityModel {
  private static final double HOURS_PER_MONTH = 730;
  private static final int SHOWN_QUOTAS = 3;
  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  private final ElasticLoadBalancing elb;
  private final Ec2 ec2;

  BalancerCapacity(ElasticLoadBalancing elb, Ec2 ec2) {
    this.elb = elb;
    this.ec2 = ec2;
  }

  /** What goes through a load balancer, as one sort of traffic. */
  private static final class Sum {
    private double perSecond;
    private double open;
    private double bytes;
    private double requests;

    void add(Flow flow) {
      perSecond += flow.perSecond();
      open += flow.openConnections();
      bytes += flow.bytesPerSecond();
      requests += flow.requestsPerSecond();
    }

    Usage usage(Usage.Kind kind, int rules) {
      double seconds = perSecond == 0 ? 0 : open / perSecond;
      return new Usage(kind, perSecond, seconds, bytes, requests, rules);
    }
  }

  @Override
  public List<Figure> figures(Load load) {
    List<Figure> figures = new ArrayList<>();
    for (LoadBalancerState balancer : elb.loadBalancers()) {
      Optional<Prices> prices = prices(balancer);
      usages(balancer, load).forEach(usage -> add(balancer, usage, prices, figures));
    }
    List<Quotas.Usage> quotas = new ArrayList<>(elb.quotas().usage(elb));
    quotas.addAll(securityGroups());
    quotas.sort(Comparator.comparingDouble(BalancerCapacity::used).reversed());
    for (Quotas.Usage usage : quotas.subList(0, Math.min(SHOWN_QUOTAS, quotas.size()))) {
      figures.add(Figure.of(
          Metric.QUOTA,
          usage.quota() + " " + usage.of(),
          usage.used(),
          usage.limit(),
          Figure.How.EXACT));
    }
    return figures;
  }

  private static double used(Quotas.Usage usage) {
    return (double) usage.used() / usage.limit();
  }

  /** AWS counts a rule for each source and range of ports, as permissions are kept here. */
  private List<Quotas.Usage> securityGroups() {
    List<Quotas.Usage> usages = new ArrayList<>();
    for (SecurityGroup group : ec2.securityGroups()) {
      String quota = "rules-per-security-group";
      usages.add(new Quotas.Usage(
          quota, group.name(), group.ingress().size(), elb.quotas().limit(quota)));
    }
    for (Instance instance : ec2.instances()) {
      for (NetworkInterface eni : instance.interfaces()) {
        String quota = "security-groups-per-interface";
        usages.add(new Quotas.Usage(
            quota, eni.id(), eni.securityGroups().size(), elb.quotas().limit(quota)));
      }
    }
    return usages;
  }

  /** The prices of its region, which is its zones' name without their letter. */
  private static Optional<Prices> prices(LoadBalancerState balancer) {
    String zone = balancer.nodes().isEmpty() ? "" : balancer.nodes().get(0).availabilityZone();
    String region = zone.isEmpty() ? "" : zone.substring(0, zone.length() - 1);
    return Prices.regions().contains(region) ? Optional.of(Prices.of(region)) : Optional.empty();
  }

  private static void add(
      LoadBalancerState balancer, Usage usage, Optional<Prices> prices, List<Figure> figures) {
    String name = balancer.config().name();
    String subject = usage.kind() == Usage.Kind.ALB || usage.kind() == Usage.Kind.NLB_TCP
        ? name
        : name + " " + usage.kind();
    Usage.Units units = usage.units();
    figures.add(Figure.of(Metric.CAPACITY_UNITS, subject, units.max(), NO_LIMIT, Figure.How.LAW)
        .in(subject)
        .because(units.toString()));
    prices.ifPresent(known -> figures.add(Figure.of(
            Metric.BALANCER_COST,
            subject,
            known.hour(usage).doubleValue() * HOURS_PER_MONTH,
            NO_LIMIT,
            Figure.How.LAW)
        .in(subject)
        .because("prices of " + known.region() + " as of " + known.asOf())));
  }

  /** One usage for each sort of traffic that the load balancer carries; one even if it is idle. */
  private static List<Usage> usages(LoadBalancerState balancer, Load load) {
    String part = " " + balancer.config().name() + " (";
    boolean network = balancer.config().type() == LoadBalancerType.NETWORK;
    Map<Usage.Kind, Sum> sums = new EnumMap<>(Usage.Kind.class);
    sums.put(network ? Usage.Kind.NLB_TCP : Usage.Kind.ALB, new Sum());
    for (Flow flow : load.flows()) {
      if (flow.way().balancers().stream().anyMatch(label -> label.contains(part))) {
        sums.computeIfAbsent(kind(balancer, flow), kind -> new Sum()).add(flow);
      }
    }
    int rules =
        balancer.listeners().stream().mapToInt(l -> l.rules().size()).max().orElse(0);
    List<Usage> usages = new ArrayList<>();
    sums.forEach((kind, sum) -> usages.add(sum.usage(kind, network ? 0 : rules)));
    return usages;
  }

  private static Usage.Kind kind(LoadBalancerState balancer, Flow flow) {
    if (balancer.config().type() != LoadBalancerType.NETWORK) {
      return Usage.Kind.ALB;
    }
    SocketAddress dialled = flow.way().dialled();
    Optional<ListenerState> listener =
        dialled == null ? Optional.empty() : balancer.listener(dialled.port());
    return listener.filter(l -> l.config().protocol() == ListenerProtocol.TLS).isPresent()
        ? Usage.Kind.NLB_TLS
        : flow.datagrams() ? Usage.Kind.NLB_UDP : Usage.Kind.NLB_TCP;
  }
}
