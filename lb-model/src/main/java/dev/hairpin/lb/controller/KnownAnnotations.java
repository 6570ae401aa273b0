package dev.hairpin.lb.controller;

import dev.hairpin.analysis.explain.Nearest;
import java.util.ArrayList;
import java.util.List;

/**
 * The annotations that the controller reads.
 *
 * <p>Source: the guides on annotations of v2.8.2.
 */
public final class KnownAnnotations {
  private static final List<String> SERVICE = List.of(
      "aws-load-balancer-access-log-enabled",
      "aws-load-balancer-access-log-s3-bucket-name",
      "aws-load-balancer-access-log-s3-bucket-prefix",
      "aws-load-balancer-additional-resource-tags",
      "aws-load-balancer-alpn-policy",
      "aws-load-balancer-attributes",
      "aws-load-balancer-backend-protocol",
      "aws-load-balancer-cross-zone-load-balancing-enabled",
      "aws-load-balancer-eip-allocations",
      "aws-load-balancer-healthcheck-healthy-threshold",
      "aws-load-balancer-healthcheck-interval",
      "aws-load-balancer-healthcheck-path",
      "aws-load-balancer-healthcheck-port",
      "aws-load-balancer-healthcheck-protocol",
      "aws-load-balancer-healthcheck-success-codes",
      "aws-load-balancer-healthcheck-timeout",
      "aws-load-balancer-healthcheck-unhealthy-threshold",
      "aws-load-balancer-inbound-sg-rules-on-private-link-traffic",
      "aws-load-balancer-internal",
      "aws-load-balancer-ip-address-type",
      "aws-load-balancer-ipv6-addresses",
      "aws-load-balancer-manage-backend-security-group-rules",
      "aws-load-balancer-name",
      "aws-load-balancer-nlb-target-type",
      "aws-load-balancer-private-ipv4-addresses",
      "aws-load-balancer-proxy-protocol",
      "aws-load-balancer-scheme",
      "aws-load-balancer-security-group-prefix-lists",
      "aws-load-balancer-security-groups",
      "aws-load-balancer-ssl-cert",
      "aws-load-balancer-ssl-negotiation-policy",
      "aws-load-balancer-ssl-ports",
      "aws-load-balancer-subnets",
      "aws-load-balancer-target-group-attributes",
      "aws-load-balancer-target-node-labels",
      "aws-load-balancer-type");

  private static final List<String> INGRESS = List.of(
      "auth-idp-cognito",
      "auth-idp-oidc",
      "auth-on-unauthenticated-request",
      "auth-scope",
      "auth-session-cookie",
      "auth-session-timeout",
      "auth-type",
      "backend-protocol",
      "backend-protocol-version",
      "certificate-arn",
      "customer-owned-ipv4-pool",
      "group.name",
      "group.order",
      "healthcheck-interval-seconds",
      "healthcheck-path",
      "healthcheck-port",
      "healthcheck-protocol",
      "healthcheck-timeout-seconds",
      "healthy-threshold-count",
      "inbound-cidrs",
      "ip-address-type",
      "listen-ports",
      "load-balancer-attributes",
      "load-balancer-name",
      "manage-backend-security-group-rules",
      "mutual-authentication",
      "scheme",
      "security-group-prefix-lists",
      "security-groups",
      "shield-advanced-protection",
      "ssl-policy",
      "ssl-redirect",
      "subnets",
      "success-codes",
      "tags",
      "target-group-attributes",
      "target-node-labels",
      "target-type",
      "unhealthy-threshold-count",
      "waf-acl-id",
      "wafv2-acl-arn",
      "web-acl-id");

  private static final String CLASS = "kubernetes.io/ingress.class";

  private KnownAnnotations() {}

  /**
   * What was probably meant by an annotation that nobody reads.
   *
   * @param key the annotation's name
   * @param service whether it stands at a Service, else at an Ingress
   * @return names that differ in one or two letters; none if the name is known or like none of them
   */
  public static List<String> nearTo(String key, boolean service) {
    String prefix = service ? Annotations.SERVICE_PREFIX : Annotations.INGRESS_PREFIX;
    List<String> known = new ArrayList<>();
    (service ? SERVICE : INGRESS).forEach(name -> known.add(prefix + name));
    if (!service) {
      known.add(CLASS);
    }
    return known.contains(key)
        ? List.of()
        : Nearest.all(key, known).stream()
            .filter(k -> Nearest.distance(key, k) <= 2)
            .toList();
  }
}
