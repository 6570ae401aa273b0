package dev.hairpin.lb.elb;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the ELBv2 API refuses: configurations that do not fit their surroundings or each other, and
 * more of a thing than its quota allows. Nothing is changed here.
 */
final class Refusals {
  private final ElasticLoadBalancing elb;
  private final Vpc vpc;

  Refusals(ElasticLoadBalancing elb) {
    this.elb = elb;
    this.vpc = elb.vpc();
  }

  void checkSubnets(LoadBalancer config) {
    Set<String> zones = new HashSet<>();
    for (SubnetMapping mapping : config.subnetMappings()) {
      Vpc.Subnet subnet = elb.subnet(mapping);
      if (!zones.add(subnet.availabilityZone())) {
        throw new ElbException(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability"
                + " Zone");
      }
      vpc.freeAddresses(subnet.id()).ifPresent(free -> {
        if (free < 8) {
          throw new ElbException(
              "InvalidSubnet",
              "Not enough IP space available in "
                  + subnet.id()
                  + ". ELB requires at least 8 free IP addresses in each subnet.");
        }
      });
    }
    boolean localZone = zones.stream().anyMatch(z -> z.matches(".*-[a-z]{3}-[0-9]+[a-z]"));
    if (config.type() == LoadBalancerType.APPLICATION && zones.size() < 2 && !localZone) {
      throw ElbException.invalid(
          "At least two subnets in two different Availability Zones must be specified");
    }
    if (config.securityGroups().size() > elb.quotas().limit("security-groups-per-lb")) {
      throw new ElbException(
          "InvalidConfigurationRequest",
          "A load balancer can have at most '"
              + elb.quotas().limit("security-groups-per-lb")
              + "' security groups");
    }
    for (String group : config.securityGroups()) {
      if (vpc.securityGroup(group).isEmpty()) {
        throw new ElbException(
            "InvalidSecurityGroup", "The security group '" + group + "' does not exist");
      }
    }
  }

  void checkListener(LoadBalancerState lb, @Nullable ListenerState old, Listener config) {
    if (config.protocol().type() != lb.config().type()) {
      throw ElbException.invalid("Listener protocol '"
          + config.protocol()
          + "' must be one of '"
          + (lb.config().type() == LoadBalancerType.NETWORK
              ? "TCP, UDP, TCP_UDP, TLS"
              : "HTTP, HTTPS")
          + "'");
    }
    for (String certificate : config.certificates()) {
      if (vpc.certificate(certificate).isEmpty()) {
        throw new ElbException(
            "CertificateNotFound", "Certificate ARN '" + certificate + "' is not valid");
      }
    }
    int others = Quotas.extraCertificates(lb)
        - (old == null ? 0 : Math.max(0, old.config().certificates().size() - 1));
    boolean network = lb.config().type() == LoadBalancerType.NETWORK;
    within(
        network ? "certificates-per-nlb" : "certificates-per-alb",
        others + Math.max(0, config.certificates().size() - 1),
        "TooManyCertificates",
        "The maximum number of certificates has been reached on load balancer '" + lb.arn() + "'");
    checkForwards(lb, config.protocol(), config.defaultActions());
  }

  void checkRule(ListenerState listener, Rule rule) {
    LoadBalancerState lb = elb.loadBalancer(listener.config().loadBalancerArn());
    if (lb.config().type() == LoadBalancerType.NETWORK) {
      throw new ElbException(
          "UnsupportedOperation", "Rules are not supported for Network Load Balancers");
    }
    Action.checkFor(listener.config().protocol(), rule.actions());
    checkForwards(lb, listener.config().protocol(), rule.actions());
  }

  private void checkForwards(
      LoadBalancerState lb, ListenerProtocol protocol, List<Action> actions) {
    List<String> groups = ElasticLoadBalancing.groupsOf(actions);
    for (String arn : groups) {
      TargetGroupState group = elb.targetGroup(arn);
      if (group.loadBalancer().isPresent() && group.loadBalancer().get() != lb) {
        throw new ElbException(
            "TargetGroupAssociationLimit",
            "The following target groups cannot be associated with more than one load balancer: "
                + arn);
      }
      ListenerProtocol spoken = group.config().protocol();
      boolean fits = spoken.type() == protocol.type()
          && (protocol.type() == LoadBalancerType.APPLICATION || fitsNetwork(protocol, spoken));
      if (!fits) {
        throw ElbException.invalid("Listener protocol '"
            + protocol
            + "' is not supported with a target group with the target-group protocol '"
            + spoken
            + "'");
      }
      if (group.config().protocolVersion() == ProtocolVersion.GRPC
          && protocol != ListenerProtocol.HTTPS) {
        throw ElbException.invalid("Listener protocol '"
            + protocol
            + "' is not supported with a target group with the protocol-version 'GRPC'");
      }
    }
    if (lb.config().type() == LoadBalancerType.APPLICATION) {
      long more = groups.stream().distinct().filter(arn -> !lb.uses(arn)).count();
      within(
          "target-groups-per-alb",
          lb.usedGroupCount() + more,
          "TooManyUniqueTargetGroupsPerLoadBalancer",
          "The maximum number of unique target groups has been reached on load balancer '"
              + lb.arn() + "'");
    }
  }

  private static boolean fitsNetwork(ListenerProtocol listener, ListenerProtocol group) {
    return switch (listener) {
      case TCP -> group == ListenerProtocol.TCP || group == ListenerProtocol.TCP_UDP;
      case UDP -> group == ListenerProtocol.UDP || group == ListenerProtocol.TCP_UDP;
      case TCP_UDP -> group == ListenerProtocol.TCP_UDP;
      case TLS -> group == ListenerProtocol.TLS || group == ListenerProtocol.TCP;
      default -> false;
    };
  }

  void withinRules(LoadBalancerState lb, int rules) {
    within(
        "rules-per-alb",
        rules,
        "TooManyRules",
        "The maximum number of rules has been reached on load balancer '" + lb.arn() + "'");
  }

  void checkTargetQuotas(TargetGroupState group, List<TargetState> fresh) {
    within(
        "targets-per-target-group",
        Quotas.live(group) + fresh.size(),
        "TooManyTargets",
        "The maximum number of targets has been reached on target group '" + group.arn() + "'");
    LoadBalancerState lb = group.loadBalancer().orElse(null);
    if (lb == null || fresh.isEmpty()) {
      return;
    }
    boolean network = lb.config().type() == LoadBalancerType.NETWORK;
    String quota = network ? "targets-per-nlb" : "targets-per-alb";
    within(
        quota,
        Quotas.targets(elb, lb) + fresh.size(),
        "TooManyTargets",
        "The following target groups cannot register more targets because the load balancer has"
            + " reached the maximum number of targets per load balancer '"
            + elb.quotas().limit(quota) + "'");
    if (network) {
      Map<String, Integer> zones = Quotas.zones(elb, lb);
      boolean crossZone = group.config().crossZone(lb.config());
      for (TargetState target : fresh) {
        zones.merge(crossZone ? "all zones" : target.availabilityZone(), 1, Integer::sum);
      }
      zones.forEach((zone, count) -> within(
          "targets-per-zone-per-nlb",
          count,
          "TooManyTargets",
          "The maximum number of targets per Availability Zone '"
              + elb.quotas().limit("targets-per-zone-per-nlb")
              + "' has been reached on load balancer '" + lb.arn() + "' in " + zone));
    }
  }

  void within(String quota, long wanted, String code, String message) {
    if (wanted > elb.quotas().limit(quota)) {
      throw new ElbException(code, message);
    }
  }
}
