package dev.hairpin.lb.elb;

import static dev.hairpin.lb.elb.ListenerProtocol.HTTP;
import static dev.hairpin.lb.elb.ListenerProtocol.HTTPS;
import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElasticLoadBalancingTest {
  private final Workshop w = new Workshop();

  private static void refused(Runnable call, String codeAndMessage) {
    assertThatThrownBy(call::run).isInstanceOf(ElbException.class).hasMessage(codeAndMessage);
  }

  @Test
  void creatingTheSameLoadBalancerTwiceGivesTheSameOne() {
    assertThat(w.network()).isEqualTo(w.network());
    refused(
        () -> w.network("deletion_protection.enabled", "true"),
        "DuplicateLoadBalancerName: A load balancer with the same name 'k8s-ui-uinlb-cad95071ca'"
            + " exists, but with different settings");
  }

  @Test
  void anApplicationLoadBalancerNeedsTwoZones() {
    refused(
        () -> w.elb.createLoadBalancer(
            LoadBalancer.application("alb").subnets("pub-a").build()),
        "ValidationError: At least two subnets in two different Availability Zones must be"
            + " specified");
    assertThat(w.elb.createLoadBalancer(
            LoadBalancer.network("nlb").subnets("pub-a").build()))
        .contains("loadbalancer/net/nlb/");
  }

  @Test
  void oneSubnetForEachZone() {
    refused(
        () -> w.elb.createLoadBalancer(
            LoadBalancer.network("nlb").subnets("pub-a", "priv-a").build()),
        "InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in"
            + " the same Availability Zone");
  }

  @Test
  void deletionProtectionHolds() {
    String lb = w.network("deletion_protection.enabled", "true");
    refused(
        () -> w.elb.deleteLoadBalancer(lb),
        "OperationNotPermitted: Load balancer '"
            + lb
            + "' cannot be deleted because deletion protection is enabled");
    assertThat(w.elb.loadBalancers()).hasSize(1);
  }

  @Test
  void aTargetGroupBelongsToOneLoadBalancer() {
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(w.network(), 80, TCP, group));
    String other =
        w.elb.createLoadBalancer(LoadBalancer.network("other").subnets("pub-a").build());
    refused(
        () -> w.elb.createListener(Listener.forwarding(other, 80, TCP, group)),
        "TargetGroupAssociationLimit: The following target groups cannot be associated with more"
            + " than one load balancer: "
            + group);
    refused(
        () -> w.elb.deleteTargetGroup(group),
        "ResourceInUse: Target group '" + group + "' is currently in use by a listener or a rule");
  }

  @Test
  void aPriorityIsUsedOnce() {
    String listener =
        w.elb.createListener(Listener.of(w.application(), 80, HTTP, Action.fixed(404, "")));
    w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/a"), Action.fixed(200, "a")));
    refused(
        () -> w.elb.createRule(
            listener, Rule.of(1, RuleCondition.path("/b"), Action.fixed(200, "b"))),
        "PriorityInUse: Priority '1' is currently in use");
  }

  @Test
  void theHundredAndFirstRuleIsTooMany() {
    String lb = w.application();
    String listener = w.elb.createListener(Listener.of(lb, 80, HTTP, Action.fixed(404, "")));
    for (int i = 1; i <= 100; i++) {
      w.elb.createRule(listener, Rule.of(i, RuleCondition.path("/" + i), Action.fixed(200, "")));
    }
    refused(
        () -> w.elb.createRule(
            listener, Rule.of(101, RuleCondition.path("/101"), Action.fixed(200, ""))),
        "TooManyRules: The maximum number of rules has been reached on load balancer '" + lb + "'");
  }

  @Test
  void quotasAreReportedBeforeTheyAreHit() {
    String listener =
        w.elb.createListener(Listener.of(w.application(), 80, HTTP, Action.fixed(404, "")));
    for (int i = 1; i <= 84; i++) {
      w.elb.createRule(listener, Rule.of(i, RuleCondition.path("/" + i), Action.fixed(200, "")));
    }
    assertThat(w.elb.quotas().nearlyUsed(w.elb))
        .extracting(Quotas.Usage::toString)
        .containsExactly("rules-per-alb k8s-retailappgroup-085b071a94: 84 of 100");
    assertThat(w.elb.quotas().asOf()).isEqualTo("2023-05-31");
  }

  @Test
  void thirtyFourServicesOnThirtyNodesAreTooManyTargetsForOneAlb() {
    for (int i = 0; i < 30; i++) {
      w.vpc.instance("i-" + i, Workshop.A, "10.0.10." + (100 + i));
    }
    String listener =
        w.elb.createListener(Listener.of(w.application(), 80, HTTP, Action.fixed(404, "")));
    List<String> groups = new ArrayList<>();
    for (int s = 0; s < 34; s++) {
      groups.add(w.group(TargetGroup.instances("svc-" + s, HTTP, 30000 + s)));
      w.elb.createRule(
          listener, Rule.of(s + 1, RuleCondition.path("/" + s), Action.forward(groups.get(s))));
    }
    String[] nodes = new String[30];
    for (int i = 0; i < 30; i++) {
      nodes[i] = "i-" + i;
    }
    for (int s = 0; s < 33; s++) {
      w.register(groups.get(s), 30000 + s, nodes);
    }
    refused(
        () -> w.register(groups.get(33), 30033, nodes),
        "TooManyTargets: The following target groups cannot register more targets because the"
            + " load balancer has reached the maximum number of targets per load balancer"
            + " '1000'");
    assertThat(w.elb.targetGroup(groups.get(33)).targets()).isEmpty();
  }

  @Test
  void addressesOutsideTheVpcNeedTheZoneAll() {
    String group = w.group(TargetGroup.ips("ui", HTTP, 8080));
    refused(
        () -> w.register(group, 8080, "100.96.3.36"),
        "InvalidTarget: The Availability Zone for IP address '100.96.3.36' must be 'all' when not"
            + " within the VPC");
    w.elb.registerTargets(group, List.of(new TargetDescription("100.96.3.36", 8080, "all")));
    assertThat(w.elb.targetGroup(group).target("100.96.3.36", 8080)).isPresent();
  }

  @Test
  void publicAddressesAreNoTargets() {
    String group = w.group(TargetGroup.ips("ui", HTTP, 8080));
    refused(
        () -> w.register(group, 8080, "203.0.113.7"),
        "InvalidTarget: The IP address '203.0.113.7' is not within a valid range for targets: the"
            + " VPC, [10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16]");
  }

  @Test
  void grpcGroupsNeedHttps() {
    String lb = w.application();
    String group =
        w.group(TargetGroup.ips("grpc", HTTP, 9000).protocolVersion(ProtocolVersion.GRPC));
    refused(
        () -> w.elb.createListener(Listener.forwarding(lb, 80, HTTP, group)),
        "ValidationError: Listener protocol 'HTTP' is not supported with a target group with the"
            + " protocol-version 'GRPC'");
    w.elb.createListener(
        Listener.encrypted(lb, 443, HTTPS, List.of("arn:c/shop"), Action.forward(group)));
    assertThat(w.elb.loadBalancer(lb).listeners()).hasSize(1);
  }

  @Test
  void unknownAttributesAndValuesAreRefused() {
    refused(
        () -> w.network("idle_timeout.timeout_seconds", "60"),
        "ValidationError: Load balancer attribute key 'idle_timeout.timeout_seconds' is not"
            + " recognized");
    refused(
        () -> w.application("idle_timeout.timeout_seconds", "4001"),
        "ValidationError: Load balancer attribute value '4001' is not valid for"
            + " 'idle_timeout.timeout_seconds'; expected 1-4000");
  }

  @Test
  void aRuleHasFiveValuesAtMost() {
    refused(
        () -> Rule.of(
            1, RuleCondition.path("/a", "/b", "/c", "/d", "/e", "/f"), Action.fixed(200, "")),
        "ValidationError: A rule can only have '5' condition values");
  }

  @Test
  void aRedirectToItselfIsRefused() {
    refused(
        () -> new Action.Redirect(
            "#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}", "HTTP_301"),
        "InvalidLoadBalancerAction: The redirect configuration is not valid because it creates a"
            + " loop");
  }

  @Test
  void securityGroupsCannotBeAddedToANetworkLoadBalancerLater() {
    w.vpc.addSecurityGroup("sg-1");
    String lb =
        w.elb.createLoadBalancer(LoadBalancer.network("n").subnets("pub-a").build());
    refused(
        () -> w.elb.modifyLoadBalancer(
            lb,
            LoadBalancer.network("n").subnets("pub-a").securityGroups("sg-1").build()),
        "InvalidConfigurationRequest: Security groups can be neither added to a Network Load"
            + " Balancer that was created without them nor all removed from one that was created"
            + " with them");
  }

  @Test
  void aRuleThatForwardsElsewhereFreesItsGroupAndTakesTheOther() {
    String lb = w.application();
    String blue = w.group(TargetGroup.ips("blue", HTTP, 8080));
    String green = w.group(TargetGroup.ips("green", HTTP, 8080));
    String listener = w.elb.createListener(Listener.of(lb, 80, HTTP, Action.fixed(404, "")));
    String rule =
        w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/*"), Action.forward(blue)));
    w.register(blue, 8080, "10.0.10.21");
    w.register(green, 8080, "10.0.10.21");
    w.settle();
    assertThat(w.health(blue, "10.0.10.21", 8080)).isEqualTo(TargetHealth.HEALTHY);
    assertThat(w.health(green, "10.0.10.21", 8080)).isEqualTo(TargetHealth.NOT_IN_USE);

    w.elb.modifyRule(rule, Rule.of(7, RuleCondition.path("/*"), Action.forward(green)));
    w.settle();
    assertThat(w.health(blue, "10.0.10.21", 8080)).isEqualTo(TargetHealth.NOT_IN_USE);
    assertThat(w.health(green, "10.0.10.21", 8080)).isEqualTo(TargetHealth.HEALTHY);

    w.elb.deleteRule(rule);
    assertThat(w.health(green, "10.0.10.21", 8080)).isEqualTo(TargetHealth.NOT_IN_USE);
    refused(() -> w.elb.deleteRule(rule), "RuleNotFound: One or more rules not found");
    String defaultRule = w.elb.listener(listener).defaultRuleArn();
    refused(
        () -> w.elb.deleteRule(defaultRule),
        "OperationNotPermitted: Default rule '" + defaultRule + "' cannot be changed or deleted");
  }

  @Test
  void aRuleThatTakesAPriorityOfAMovedOneHasANameOfItsOwn() {
    String listener =
        w.elb.createListener(Listener.of(w.application(), 80, HTTP, Action.fixed(404, "")));
    String moved =
        w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/a"), Action.fixed(200, "")));
    w.elb.modifyRule(moved, Rule.of(2, RuleCondition.path("/a"), Action.fixed(200, "")));

    String fresh =
        w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/b"), Action.fixed(200, "")));

    assertThat(fresh).isNotEqualTo(moved);
    assertThat(w.elb.listener(listener).rules())
        .extracting(ListenerState.NamedRule::arn)
        .containsExactly(fresh, moved);
  }
}
