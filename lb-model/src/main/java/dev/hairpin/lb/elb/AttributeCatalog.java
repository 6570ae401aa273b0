package dev.hairpin.lb.elb;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The attributes that Elastic Load Balancing knows, and the values that each may have.
 *
 * <p>Source: ELBv2 API reference, "LoadBalancerAttribute", "ListenerAttribute" and
 * "TargetGroupAttribute" (2023; {@code tcp.idle_timeout.seconds} 2024-09,
 * {@code client_keep_alive.seconds} 2024-03).
 */
final class AttributeCatalog {
  private static final String ON_OFF = "true|false";

  private static final Map<String, String> NETWORK = table(
      "access_logs.s3.bucket", "*",
      "access_logs.s3.enabled", ON_OFF,
      "access_logs.s3.prefix", "*",
      "deletion_protection.enabled", ON_OFF,
      "dns_record.client_routing_policy",
          "any_availability_zone|partial_availability_zone_affinity|availability_zone_affinity",
      "ipv6.deny_all_igw_traffic", ON_OFF,
      "load_balancing.cross_zone.enabled", ON_OFF,
      "zonal_shift.config.enabled", ON_OFF);

  private static final Map<String, String> APPLICATION = table(
      "access_logs.s3.bucket", "*",
      "access_logs.s3.enabled", ON_OFF,
      "access_logs.s3.prefix", "*",
      "client_keep_alive.seconds", "60-604800",
      "connection_logs.s3.bucket", "*",
      "connection_logs.s3.enabled", ON_OFF,
      "connection_logs.s3.prefix", "*",
      "deletion_protection.enabled", ON_OFF,
      "idle_timeout.timeout_seconds", "1-4000",
      "ipv6.deny_all_igw_traffic", ON_OFF,
      "load_balancing.cross_zone.enabled", "true",
      "routing.http.desync_mitigation_mode", "monitor|defensive|strictest",
      "routing.http.drop_invalid_header_fields.enabled", ON_OFF,
      "routing.http.preserve_host_header.enabled", ON_OFF,
      "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", ON_OFF,
      "routing.http.xff_client_port.enabled", ON_OFF,
      "routing.http.xff_header_processing.mode", "append|preserve|remove",
      "routing.http2.enabled", ON_OFF,
      "waf.fail_open.enabled", ON_OFF,
      "zonal_shift.config.enabled", ON_OFF);

  private static final Map<String, String> LISTENER =
      table("tcp.idle_timeout.seconds", "60-6000", "routing.http.response.server.enabled", ON_OFF);

  private static final Map<String, String> TARGET_GROUP = table(
      "deregistration_delay.connection_termination.enabled", ON_OFF,
      "deregistration_delay.timeout_seconds", "0-3600",
      "load_balancing.algorithm.anomaly_mitigation", "on|off",
      "load_balancing.algorithm.type", "round_robin|least_outstanding_requests|weighted_random",
      "load_balancing.cross_zone.enabled", "true|false|use_load_balancer_configuration",
      "preserve_client_ip.enabled", ON_OFF,
      "proxy_protocol_v2.enabled", ON_OFF,
      "slow_start.duration_seconds", "0-900",
      "stickiness.app_cookie.cookie_name", "*",
      "stickiness.app_cookie.duration_seconds", "1-604800",
      "stickiness.enabled", ON_OFF,
      "stickiness.lb_cookie.duration_seconds", "1-604800",
      "stickiness.type", "lb_cookie|app_cookie|source_ip",
      "target_group_health.dns_failover.minimum_healthy_targets.count", "off|1-2147483647",
      "target_group_health.dns_failover.minimum_healthy_targets.percentage", "off|1-100",
      "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1-2147483647",
      "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off|1-100",
      "target_health_state.unhealthy.connection_termination.enabled", ON_OFF,
      "target_health_state.unhealthy.draining_interval_seconds", "0-360000");

  private AttributeCatalog() {}

  private static Map<String, String> table(String... keysAndValues) {
    Map<String, String> table = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      table.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return table;
  }

  static void checkLoadBalancer(LoadBalancerType type, Attributes attributes) {
    check(
        "Load balancer",
        type == LoadBalancerType.NETWORK ? NETWORK : APPLICATION,
        attributes.values());
  }

  static void checkListener(Attributes attributes) {
    check("Listener", LISTENER, attributes.values());
  }

  static void checkTargetGroup(Attributes attributes) {
    check("Target group", TARGET_GROUP, attributes.values());
    int slowStart = attributes.number("slow_start.duration_seconds", 0);
    if (slowStart != 0 && slowStart < 30) {
      throw ElbException.invalid(
          "'slow_start.duration_seconds' must be 0 or between 30 and 900 inclusive");
    }
    String algorithm = attributes.text("load_balancing.algorithm.type", "round_robin");
    if (slowStart != 0 && !algorithm.equals("round_robin")) {
      throw ElbException.invalid(
          "'slow_start.duration_seconds' cannot be used with the algorithm '" + algorithm + "'");
    }
    if (attributes.text("load_balancing.algorithm.anomaly_mitigation", "off").equals("on")
        && !algorithm.equals("weighted_random")) {
      throw ElbException.invalid(
          "'load_balancing.algorithm.anomaly_mitigation' needs the algorithm 'weighted_random'");
    }
  }

  private static void check(String what, Map<String, String> known, Map<String, String> values) {
    values.forEach((key, value) -> {
      String allowed = known.get(key);
      if (allowed == null) {
        throw ElbException.invalid(what + " attribute key '" + key + "' is not recognized");
      }
      if (!allows(allowed, value)) {
        throw ElbException.invalid(what
            + " attribute value '"
            + value
            + "' is not valid for '"
            + key
            + "'; expected "
            + allowed.replace("|", " or "));
      }
    });
  }

  private static boolean allows(String allowed, String value) {
    if (allowed.equals("*")) {
      return true;
    }
    List<String> alternatives = Arrays.asList(allowed.split("\\|", -1));
    return alternatives.contains(value)
        || alternatives.stream().anyMatch(a -> isRange(a) && inRange(a, value));
  }

  private static boolean isRange(String text) {
    return text.matches("[0-9]+-[0-9]+");
  }

  private static boolean inRange(String range, String value) {
    if (!value.matches("[0-9]{1,10}")) {
      return false;
    }
    int dash = range.indexOf('-');
    long number = Long.parseLong(value);
    return number >= Long.parseLong(range.substring(0, dash))
        && number <= Long.parseLong(range.substring(dash + 1));
  }
}
