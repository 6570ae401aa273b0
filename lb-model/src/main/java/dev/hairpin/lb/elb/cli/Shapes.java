package dev.hairpin.lb.elb.cli;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.AlpnPolicy;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.ProtocolVersion;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.SubnetMapping;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.net.Cidr;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The structures of the ELBv2 API as maps, with the members in the order of the API's model.
 *
 * <p>Absent members are left out; empty lists stay.
 */
final class Shapes {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
          "yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx", Locale.ROOT)
      .withZone(ZoneOffset.UTC);

  private Shapes() {}

  /** A structure that is filled member by member; null members are left out. */
  private static final class Struct {
    final Map<String, Object> members = new LinkedHashMap<>();

    Struct put(String name, @Nullable Object value) {
      if (value != null) {
        members.put(name, value);
      }
      return this;
    }
  }

  private static Map<String, Object> struct(String name, Object value) {
    return new Struct().put(name, value).members;
  }

  // --- load balancers ---

  static Map<String, Object> loadBalancer(LoadBalancerState lb) {
    LoadBalancer config = lb.config();
    List<Object> zones = new ArrayList<>();
    for (Node node : lb.nodes()) {
      zones.add(new Struct()
          .put("ZoneName", node.availabilityZone())
          .put("SubnetId", node.subnetId())
          .put("LoadBalancerAddresses", addresses(config, node))
          .members);
    }
    boolean noGroups =
        config.type() == LoadBalancerType.NETWORK && config.securityGroups().isEmpty();
    return new Struct()
        .put("LoadBalancerArn", lb.arn())
        .put("DNSName", lb.dnsName())
        .put("CanonicalHostedZoneId", lb.canonicalHostedZoneId())
        .put("CreatedTime", TIME.format(lb.createdTime()))
        .put("LoadBalancerName", config.name())
        .put("Scheme", config.scheme().apiName())
        .put("VpcId", lb.vpcId())
        .put("State", struct("Code", lb.stateCode()))
        .put("Type", config.type().apiName())
        .put("AvailabilityZones", zones)
        .put("SecurityGroups", noGroups ? null : config.securityGroups())
        .put("IpAddressType", config.ipAddressType().apiName())
        .members;
  }

  /** Only addresses that the owner gave are shown. */
  private static List<Object> addresses(LoadBalancer config, Node node) {
    for (SubnetMapping mapping : config.subnetMappings()) {
      boolean given = mapping.allocationId() != null
          || mapping.privateIpv4Address() != null
          || mapping.ipv6Address() != null;
      if (mapping.subnetId().equals(node.subnetId()) && given) {
        return List.of(new Struct()
            .put(
                "IpAddress",
                mapping.allocationId() == null ? null : String.valueOf(node.publicAddress()))
            .put("AllocationId", mapping.allocationId())
            .put("PrivateIPv4Address", text(mapping.privateIpv4Address()))
            .put("IPv6Address", text(mapping.ipv6Address()))
            .members);
      }
    }
    return List.of();
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  // --- listeners and rules ---

  static Map<String, Object> listener(ListenerState state) {
    Listener config = state.config();
    List<Object> certificates = new ArrayList<>();
    if (!config.certificates().isEmpty()) {
      certificates.add(struct("CertificateArn", config.certificates().get(0)));
    }
    return new Struct()
        .put("ListenerArn", state.arn())
        .put("LoadBalancerArn", config.loadBalancerArn())
        .put("Port", config.port())
        .put("Protocol", config.protocol().name())
        .put("Certificates", certificates.isEmpty() ? null : certificates)
        .put("SslPolicy", config.sslPolicy())
        .put("DefaultActions", actions(config.defaultActions()))
        .put(
            "AlpnPolicy",
            config.alpnPolicy() == AlpnPolicy.NONE
                ? null
                : List.of(config.alpnPolicy().apiName()))
        .members;
  }

  static List<Object> rules(ListenerState listener) {
    List<Object> rules = new ArrayList<>();
    for (ListenerState.NamedRule named : listener.rules()) {
      Rule rule = named.rule();
      rules.add(new Struct()
          .put("RuleArn", named.arn())
          .put("Priority", Integer.toString(rule.priority()))
          .put("Conditions", rule.conditions().stream().map(Shapes::condition).toList())
          .put("Actions", actions(rule.actions()))
          .put("IsDefault", false)
          .members);
    }
    rules.add(new Struct()
        .put("RuleArn", listener.defaultRuleArn())
        .put("Priority", "default")
        .put("Conditions", List.of())
        .put("Actions", actions(listener.config().defaultActions()))
        .put("IsDefault", true)
        .members);
    return rules;
  }

  private static Map<String, Object> condition(RuleCondition condition) {
    Struct struct = new Struct().put("Field", condition.field());
    if (condition instanceof RuleCondition.HostHeader c) {
      struct.put("Values", c.values()).put("HostHeaderConfig", struct("Values", c.values()));
    } else if (condition instanceof RuleCondition.PathPattern c) {
      struct.put("Values", c.values()).put("PathPatternConfig", struct("Values", c.values()));
    } else if (condition instanceof RuleCondition.HttpHeader c) {
      struct.put(
          "HttpHeaderConfig",
          new Struct().put("HttpHeaderName", c.httpHeaderName()).put("Values", c.values()).members);
    } else if (condition instanceof RuleCondition.HttpRequestMethod c) {
      struct.put("HttpRequestMethodConfig", struct("Values", c.values()));
    } else if (condition instanceof RuleCondition.QueryString c) {
      List<Object> values = new ArrayList<>();
      c.values()
          .forEach(
              v -> values.add(new Struct().put("Key", v.key()).put("Value", v.value()).members));
      struct.put("QueryStringConfig", struct("Values", values));
    } else if (condition instanceof RuleCondition.SourceIp c) {
      List<String> values = c.values().stream().map(Cidr::toString).toList();
      struct.put("SourceIpConfig", struct("Values", values));
    }
    return struct.members;
  }

  private static List<Object> actions(List<Action> actions) {
    List<Object> shapes = new ArrayList<>();
    for (int i = 0; i < actions.size(); i++) {
      shapes.add(action(actions.get(i), i + 1));
    }
    return shapes;
  }

  private static Map<String, Object> action(Action action, int order) {
    Struct struct = new Struct().put("Type", action.type());
    if (action instanceof Action.Forward forward) {
      List<Action.WeightedTargetGroup> groups = forward.targetGroups();
      List<Object> tuples = new ArrayList<>();
      groups.forEach(g -> tuples.add(new Struct()
          .put("TargetGroupArn", g.targetGroupArn())
          .put("Weight", g.weight())
          .members));
      boolean sticky = forward.stickinessSeconds() > 0;
      struct
          .put("TargetGroupArn", groups.size() == 1 ? groups.get(0).targetGroupArn() : null)
          .put("Order", order)
          .put(
              "ForwardConfig",
              new Struct()
                  .put("TargetGroups", tuples)
                  .put(
                      "TargetGroupStickinessConfig",
                      new Struct()
                          .put("Enabled", sticky)
                          .put("DurationSeconds", sticky ? forward.stickinessSeconds() : null)
                          .members)
                  .members);
    } else if (action instanceof Action.Authenticate authenticate) {
      Struct config = new Struct();
      authenticate
          .config()
          .forEach((key, value) ->
              config.put(key, key.equals("SessionTimeout") ? Integer.valueOf(value) : value));
      config.put(
          "OnUnauthenticatedRequest",
          authenticate.onUnauthenticated().name().toLowerCase(Locale.ROOT));
      boolean oidc = authenticate.provider() == Action.IdentityProvider.OIDC;
      struct
          .put(oidc ? "AuthenticateOidcConfig" : "AuthenticateCognitoConfig", config.members)
          .put("Order", order);
    } else if (action instanceof Action.Redirect redirect) {
      struct
          .put("Order", order)
          .put(
              "RedirectConfig",
              new Struct()
                  .put("Protocol", redirect.protocol())
                  .put("Port", redirect.port())
                  .put("Host", redirect.host())
                  .put("Path", redirect.path())
                  .put("Query", redirect.query())
                  .put("StatusCode", redirect.statusCode())
                  .members);
    } else if (action instanceof Action.FixedResponse fixed) {
      struct
          .put("Order", order)
          .put(
              "FixedResponseConfig",
              new Struct()
                  .put("MessageBody", fixed.messageBody())
                  .put("StatusCode", Integer.toString(fixed.statusCode()))
                  .put("ContentType", fixed.contentType())
                  .members);
    }
    return struct.members;
  }

  // --- target groups ---

  static Map<String, Object> targetGroup(TargetGroupState state, String vpcId) {
    TargetGroup config = state.config();
    boolean http = config.protocol().type() == LoadBalancerType.APPLICATION;
    boolean httpCheck = config.healthCheck().protocol() != ListenerProtocol.TCP;
    boolean grpc = http && config.protocolVersion() == ProtocolVersion.GRPC;
    return new Struct()
        .put("TargetGroupArn", state.arn())
        .put("TargetGroupName", config.name())
        .put("Protocol", config.protocol().name())
        .put("Port", config.port())
        .put("VpcId", vpcId)
        .put("HealthCheckProtocol", config.healthCheck().protocol().name())
        .put("HealthCheckPort", config.healthCheck().portText())
        .put("HealthCheckEnabled", true)
        .put("HealthCheckIntervalSeconds", config.healthCheck().intervalSeconds())
        .put("HealthCheckTimeoutSeconds", config.healthCheck().timeoutSeconds())
        .put("HealthyThresholdCount", config.healthCheck().healthyThresholdCount())
        .put("UnhealthyThresholdCount", config.healthCheck().unhealthyThresholdCount())
        .put("HealthCheckPath", httpCheck ? config.healthCheck().path() : null)
        .put(
            "Matcher",
            httpCheck
                ? struct(
                    grpc ? "GrpcCode" : "HttpCode",
                    config.healthCheck().matcher().text())
                : null)
        .put(
            "LoadBalancerArns",
            state.loadBalancer().map(lb -> List.of(lb.arn())).orElse(List.of()))
        .put("TargetType", config.targetType().apiName())
        .put("ProtocolVersion", http ? config.protocolVersion().name() : null)
        .put("IpAddressType", config.ipAddressType().apiName())
        .members;
  }

  /** The zone is shown for ip targets only. */
  static Map<String, Object> targetHealth(TargetState target, boolean ip) {
    return new Struct()
        .put(
            "Target",
            new Struct()
                .put("Id", target.description().id())
                .put("Port", target.description().port())
                .put("AvailabilityZone", ip ? target.availabilityZone() : null)
                .members)
        .put("HealthCheckPort", Integer.toString(target.healthCheckPort()))
        .put(
            "TargetHealth",
            new Struct()
                .put("State", target.health().state().apiName())
                .put("Reason", target.health().reason())
                .put("Description", target.health().description())
                .members)
        .members;
  }
}
