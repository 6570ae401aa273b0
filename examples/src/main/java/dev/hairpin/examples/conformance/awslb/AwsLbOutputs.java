package dev.hairpin.examples.conformance.awslb;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import dev.hairpin.api.Condition;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.Listener;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Rule;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.MutualAuthentication;
import dev.hairpin.lb.model.Reconciliation;
import dev.hairpin.lb.model.RuleCondition;
import dev.hairpin.lb.model.StackJson;
import dev.hairpin.lb.model.Token;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state of a case in the shapes of the recordings. */
final class AwsLbOutputs {
  private static final Gson GSON = new GsonBuilder().serializeNulls().create();
  private static final String GATE = "target-health.elbv2.k8s.aws/";

  private final ClusterState state;
  private final Aws aws;

  AwsLbOutputs(ClusterState state, Aws aws) {
    this.state = state;
    this.aws = aws;
  }

  private static JsonElement json(@Nullable Object tree) {
    return GSON.toJsonTree(tree);
  }

  private static <T> @Nullable List<T> orNull(List<T> list) {
    return list.isEmpty() ? null : list;
  }

  static JsonElement stacks(List<Reconciliation> results) {
    List<Map<String, Object>> stacks = new ArrayList<>();
    for (Reconciliation result : results) {
      if (result.stack() != null) {
        Map<String, Object> tree = new LinkedHashMap<>(StackJson.tree(result.stack()));
        tree.put("kind", result.kind());
        stacks.add(tree);
      }
    }
    return json(orNull(stacks));
  }

  // Status

  JsonElement status() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Service service : state.list(Service.class)) {
      if (service.spec().type() == ServiceType.LOAD_BALANCER
          || !service.metadata().finalizers().isEmpty()) {
        rows.add(row(service, service.loadBalancer()));
      }
    }
    for (Ingress ingress : state.list(Ingress.class)) {
      rows.add(row(ingress, ingress.loadBalancer()));
    }
    for (KubeObject binding : state.list("TargetGroupBinding")) {
      rows.add(row(binding, List.of()));
    }
    return json(orNull(rows));
  }

  private static Map<String, Object> row(KubeObject object, List<LoadBalancerIngress> status) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("Kind", object.kind());
    row.put("Key", object.key().namespacedName());
    row.put("Hostname", status.isEmpty() ? "" : status.get(0).hostname());
    row.put("Finalizers", orNull(object.metadata().finalizers()));
    return row;
  }

  // Targets

  JsonElement targets() {
    List<Map<String, String>> conditions = new ArrayList<>();
    List<String> gates = new ArrayList<>();
    for (Pod pod : state.list(Pod.class)) {
      for (String gate : pod.spec().readinessGates()) {
        gates.add(pod.key().namespacedName() + " " + gate);
      }
      for (Condition condition : pod.conditions()) {
        if (condition.type().startsWith(GATE)) {
          Map<String, String> row = new LinkedHashMap<>();
          row.put("Pod", pod.key().namespacedName());
          row.put("Type", condition.type());
          row.put("Status", condition.status());
          row.put("Reason", condition.reason());
          row.put("Message", condition.message());
          conditions.add(row);
        }
      }
    }
    Map<String, List<String>> groups = new TreeMap<>();
    for (SecurityGroup group : aws.ec2().securityGroups()) {
      groups.put(
          group.id() + " (" + group.name() + ")",
          group.ingress().stream().map(String::valueOf).sorted().toList());
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("podConditions", conditions);
    tree.put("podReadinessGates", gates);
    tree.put("securityGroupIngress", groups);
    tree.put("targetGroups", orNull(targetGroups()));
    return json(tree);
  }

  private List<Map<String, Object>> targetGroups() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (TargetGroup group : sortedTargetGroups()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("targetGroupName", group.name());
      row.put("targetType", group.targetType());
      row.put("protocol", group.protocol());
      row.put("serviceRef", serviceOf(group.arn()));
      List<Map<String, Object>> targets = new ArrayList<>();
      for (Target target : aws.elbv2().targets(group.arn())) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", target.id());
        entry.put("port", target.port());
        if (!target.zone().isEmpty()) {
          entry.put("availabilityZone", target.zone());
        }
        targets.add(entry);
      }
      row.put("targets", targets);
      rows.add(row);
    }
    return rows;
  }

  private List<TargetGroup> sortedTargetGroups() {
    return aws.elbv2().targetGroups().stream()
        .sorted(Comparator.comparing(TargetGroup::name))
        .toList();
  }

  private String serviceOf(String arn) {
    for (KubeObject object : state.list("TargetGroupBinding")) {
      if (object instanceof GenericObject binding
          && binding.content().get("spec") instanceof Map<?, ?> spec
          && arn.equals(spec.get("targetGroupARN"))
          && spec.get("serviceRef") instanceof Map<?, ?> service) {
        return binding.metadata().namespace()
            + "/"
            + service.get("name")
            + ":"
            + service.get("port");
      }
    }
    return "";
  }

  // The account

  JsonElement account() {
    List<LoadBalancer> sorted = aws.elbv2().loadBalancers().stream()
        .sorted(Comparator.comparing(LoadBalancer::name))
        .toList();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("LoadBalancers", sorted.stream().map(this::loadBalancer).toList());
    tree.put(
        "TargetGroups",
        sortedTargetGroups().stream().map(AwsLbOutputs::targetGroup).toList());
    tree.put("shield", aws.protection().shields());
    tree.put("wafRegional", aws.protection().regionalWebAcls());
    tree.put("wafv2", aws.protection().webAcls());
    return json(tree);
  }

  private Map<String, Object> loadBalancer(LoadBalancer lb) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("Attributes", lb.attributes());
    tree.put("AvailabilityZones", lb.zones().stream().map(AwsLbOutputs::zone).toList());
    tree.put("DNSName", lb.dnsName());
    tree.put("IpAddressType", lb.ipAddressType());
    tree.put(
        "Listeners",
        aws.elbv2().listeners(lb.arn()).stream().map(this::listener).toList());
    tree.put("LoadBalancerArn", lb.arn());
    tree.put("LoadBalancerName", lb.name());
    tree.put("Scheme", lb.scheme());
    if (!lb.securityGroups().isEmpty()) {
      tree.put("SecurityGroups", lb.securityGroups());
    }
    put(tree, "CustomerOwnedIpv4Pool", lb.customerOwnedIpv4Pool());
    put(tree, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", lb.privateLinkRules());
    tree.put("State", Map.of("Code", "provisioning"));
    tree.put("Tags", lb.tags());
    tree.put("Type", lb.network() ? "network" : "application");
    tree.put("VpcId", lb.vpcId());
    return tree;
  }

  private static Map<String, Object> zone(LoadBalancer.Zone zone) {
    Map<String, Object> address = new LinkedHashMap<>();
    put(address, "AllocationId", zone.allocationId());
    put(address, "PrivateIPv4Address", zone.privateIpv4Address());
    put(address, "IPv6Address", zone.ipv6Address());
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("LoadBalancerAddresses", address.isEmpty() ? List.of() : List.of(address));
    tree.put("SubnetId", zone.subnetId());
    tree.put("ZoneName", zone.zone());
    return tree;
  }

  private Map<String, Object> listener(Listener listener) {
    Map<String, Object> tree = new LinkedHashMap<>();
    List<String> certificates = listener.certificates();
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < certificates.size(); i++) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("CertificateArn", certificates.get(i));
      entry.put("IsDefault", i == 0);
      all.add(entry);
    }
    if (all.size() > 1) {
      all.subList(1, all.size())
          .sort(Comparator.comparing(e -> String.valueOf(e.get("CertificateArn"))));
    }
    tree.put("AllCertificates", orNull(all));
    if (!certificates.isEmpty()) {
      tree.put("Certificates", List.of(Map.of("CertificateArn", certificates.get(0))));
    }
    if (!listener.alpnPolicy().isEmpty()) {
      tree.put("AlpnPolicy", listener.alpnPolicy());
    }
    tree.put("DefaultActions", actions(listener.defaultActions()));
    tree.put("ListenerArn", listener.arn());
    tree.put("LoadBalancerArn", listener.loadBalancerArn());
    MutualAuthentication mutual = listener.mutualAuthentication();
    if (mutual != null) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("Mode", mutual.mode());
      put(entry, "TrustStoreArn", mutual.trustStoreArn());
      put(entry, "IgnoreClientCertificateExpiry", mutual.ignoreClientCertificateExpiry());
      tree.put("MutualAuthentication", entry);
    }
    tree.put("Port", listener.port());
    tree.put("Protocol", listener.protocol());
    tree.put(
        "Rules",
        aws.elbv2().rules(listener.arn()).stream().map(AwsLbOutputs::rule).toList());
    put(tree, "SslPolicy", listener.sslPolicy());
    return tree;
  }

  private static Map<String, Object> rule(Rule rule) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("Actions", actions(rule.actions()));
    tree.put(
        "Conditions", rule.conditions().stream().map(AwsLbOutputs::condition).toList());
    tree.put("IsDefault", false);
    tree.put("Priority", Integer.toString(rule.priority()));
    tree.put("RuleArn", rule.arn());
    return tree;
  }

  private static List<Map<String, Object>> actions(Collection<Action> actions) {
    List<Map<String, Object>> result = new ArrayList<>();
    int order = 1;
    for (Action action : actions) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("Order", order++);
      tree.put("Type", action.type());
      if (action instanceof Action.Forward forward) {
        tree.put("ForwardConfig", forward(forward));
      } else if (action instanceof Action.Redirect redirect) {
        Map<String, Object> config = new LinkedHashMap<>();
        put(config, "Host", redirect.host());
        put(config, "Path", redirect.path());
        put(config, "Port", redirect.port());
        put(config, "Protocol", redirect.protocol());
        put(config, "Query", redirect.query());
        config.put("StatusCode", redirect.statusCode());
        tree.put("RedirectConfig", config);
      } else if (action instanceof Action.FixedResponse fixed) {
        Map<String, Object> config = new LinkedHashMap<>();
        put(config, "ContentType", fixed.contentType());
        put(config, "MessageBody", fixed.messageBody());
        config.put("StatusCode", fixed.statusCode());
        tree.put("FixedResponseConfig", config);
      } else if (action instanceof Action.AuthenticateCognito cognito) {
        Map<String, Object> config = session(cognito.session());
        config.put("UserPoolArn", cognito.userPoolArn());
        config.put("UserPoolClientId", cognito.userPoolClientId());
        config.put("UserPoolDomain", cognito.userPoolDomain());
        tree.put("AuthenticateCognitoConfig", config);
      } else if (action instanceof Action.AuthenticateOidc oidc) {
        Map<String, Object> config = session(oidc.session());
        config.put("AuthorizationEndpoint", oidc.authorizationEndpoint());
        config.put("ClientId", oidc.clientId());
        config.put("ClientSecret", oidc.clientSecret());
        config.put("Issuer", oidc.issuer());
        config.put("TokenEndpoint", oidc.tokenEndpoint());
        config.put("UserInfoEndpoint", oidc.userInfoEndpoint());
        tree.put("AuthenticateOidcConfig", config);
      }
      result.add(tree);
    }
    return result;
  }

  private static Map<String, Object> forward(Action.Forward forward) {
    List<Map<String, Object>> groups = new ArrayList<>();
    for (Action.WeightedGroup group : forward.groups()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put(
          "TargetGroupArn", group.group() instanceof Token.Literal literal ? literal.value() : "");
      put(entry, "Weight", group.weight());
      groups.add(entry);
    }
    Map<String, Object> config = new LinkedHashMap<>();
    Action.Stickiness stickiness = forward.stickiness();
    if (stickiness != null) {
      Map<String, Object> entry = new LinkedHashMap<>();
      put(entry, "DurationSeconds", stickiness.durationSeconds());
      put(entry, "Enabled", stickiness.enabled());
      config.put("TargetGroupStickinessConfig", entry);
    }
    config.put("TargetGroups", groups);
    return config;
  }

  private static Map<String, Object> session(Action.Session session) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("AuthenticationRequestExtraParams", session.extraParams());
    config.put("OnUnauthenticatedRequest", session.onUnauthenticatedRequest());
    config.put("Scope", session.scope());
    config.put("SessionCookieName", session.sessionCookieName());
    config.put("SessionTimeout", session.sessionTimeoutSeconds());
    return config;
  }

  private static Map<String, Object> condition(RuleCondition condition) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("Field", condition.field());
    if (condition instanceof RuleCondition.HostHeader host) {
      tree.put("HostHeaderConfig", Map.of("Values", host.values()));
    } else if (condition instanceof RuleCondition.PathPattern path) {
      tree.put("PathPatternConfig", Map.of("Values", path.values()));
    } else if (condition instanceof RuleCondition.HttpHeader header) {
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("HttpHeaderName", header.name());
      config.put("Values", header.values());
      tree.put("HttpHeaderConfig", config);
    } else if (condition instanceof RuleCondition.HttpRequestMethod method) {
      tree.put("HttpRequestMethodConfig", Map.of("Values", method.values()));
    } else if (condition instanceof RuleCondition.QueryString query) {
      List<Map<String, Object>> values = new ArrayList<>();
      for (RuleCondition.Pair pair : query.values()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        put(entry, "Key", pair.key());
        entry.put("Value", pair.value());
        values.add(entry);
      }
      tree.put("QueryStringConfig", Map.of("Values", values));
    } else if (condition instanceof RuleCondition.SourceIp source) {
      tree.put("SourceIpConfig", Map.of("Values", source.values()));
    }
    return tree;
  }

  private static Map<String, Object> targetGroup(TargetGroup group) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("Attributes", group.attributes());
    HealthCheck check = group.healthCheck();
    if (check != null) {
      tree.put("HealthCheckEnabled", true);
      tree.put("HealthCheckIntervalSeconds", check.intervalSeconds());
      put(tree, "HealthCheckPath", check.path());
      tree.put("HealthCheckPort", check.port().toString());
      tree.put("HealthCheckProtocol", check.protocol());
      tree.put("HealthCheckTimeoutSeconds", check.timeoutSeconds());
      tree.put("HealthyThresholdCount", check.healthyThreshold());
      tree.put("UnhealthyThresholdCount", check.unhealthyThreshold());
      Map<String, Object> matcher = new LinkedHashMap<>();
      put(matcher, "HttpCode", check.httpCode());
      put(matcher, "GrpcCode", check.grpcCode());
      if (!matcher.isEmpty()) {
        tree.put("Matcher", matcher);
      }
    }
    put(tree, "IpAddressType", group.ipAddressType());
    tree.put("Port", group.port());
    tree.put("Protocol", group.protocol());
    put(tree, "ProtocolVersion", group.protocolVersion());
    tree.put("Tags", group.tags().isEmpty() ? null : group.tags());
    tree.put("TargetGroupArn", group.arn());
    tree.put("TargetGroupName", group.name());
    tree.put("TargetType", group.targetType());
    tree.put("VpcId", group.vpcId());
    return tree;
  }

  private static void put(Map<String, Object> tree, String name, @Nullable Object value) {
    if (value != null) {
      tree.put(name, value);
    }
  }
}
