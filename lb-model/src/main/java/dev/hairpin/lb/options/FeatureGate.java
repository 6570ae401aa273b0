package dev.hairpin.lb.options;

import java.util.Arrays;
import java.util.Optional;

/**
 * What can be switched on or off in the controller.
 *
 * <p>Source: flag {@code --feature-gates} of the controller v2.8.2.
 */
public enum FeatureGate {
  /** Rules of listeners carry tags. */
  LISTENER_RULES_TAGGING("ListenerRulesTagging", true),
  /** A rule may forward to several target groups. */
  WEIGHTED_TARGET_GROUPS("WeightedTargetGroups", true),
  /** Only Services of type LoadBalancer are looked at. */
  SERVICE_TYPE_LOAD_BALANCER_ONLY("ServiceTypeLoadBalancerOnly", false),
  /** Targets of unknown health are used when there are no others. */
  ENDPOINTS_FAIL_OPEN("EndpointsFailOpen", true),
  /** Services are looked at. */
  ENABLE_SERVICE_CONTROLLER("EnableServiceController", true),
  /** Pods may be targets of an NLB. */
  ENABLE_IP_TARGET_TYPE("EnableIPTargetType", true),
  /** Resources are found with the Resource Groups Tagging API. */
  ENABLE_RGT_API("EnableRGTAPI", false),
  /** Subnets that are tagged for other clusters only are left alone. */
  SUBNETS_CLUSTER_TAG_CHECK("SubnetsClusterTagCheck", true),
  /** Paths, codes and timeouts of an NLB's health checks can be set. */
  NLB_HEALTH_CHECK_ADVANCED_CONFIG("NLBHealthCheckAdvancedConfig", true),
  /** An NLB has security groups. */
  NLB_SECURITY_GROUP("NLBSecurityGroup", true),
  /** An ALB may have one subnet only. */
  ALB_SINGLE_SUBNET("ALBSingleSubnet", false);

  private final String text;
  private final boolean byDefault;

  FeatureGate(String text, boolean byDefault) {
    this.text = text;
    this.byDefault = byDefault;
  }

  /**
   * Whether the gate is open unless the flag says otherwise.
   *
   * @return the default of v2.8.2
   */
  public boolean byDefault() {
    return byDefault;
  }

  /**
   * Finds a gate.
   *
   * @param name its name as the flag writes it
   * @return the gate, or nothing
   */
  public static Optional<FeatureGate> named(String name) {
    return Arrays.stream(values()).filter(g -> g.text.equalsIgnoreCase(name)).findFirst();
  }

  /** The name as the flag writes it. */
  @Override
  public String toString() {
    return text;
  }
}
