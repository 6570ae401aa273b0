package dev.hairpin.lb.model;

import dev.hairpin.api.IntOrString;
import dev.hairpin.lb.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Stacks in the JSON shape in which the controller logs them.
 *
 * <p>Source: {@code pkg/model} and {@code pkg/deploy/stack_marshaller} of the controller v2.8.2:
 * empty parts are left out, secrets are {@code [REDACTED]}, references are {@code $ref}s.
 */
public final class StackJson {
  private static final String REDACTED = "[REDACTED]";

  private StackJson() {}

  /**
   * A stack as the controller logs it.
   *
   * @param stack the stack
   * @return the JSON text, indented by two
   */
  public static String text(Stack stack) {
    return JsonWriter.write(tree(stack), 2);
  }

  /**
   * A stack as maps and lists.
   *
   * @param stack the stack
   * @return {@code id} and {@code resources}, by type and id
   */
  public static Map<String, Object> tree(Stack stack) {
    Map<String, Object> byType = new TreeMap<>();
    stack.resources().forEach((type, resources) -> {
      Map<String, Object> byId = new TreeMap<>();
      resources.forEach((id, resource) -> byId.put(id, Map.of("spec", spec(resource))));
      byType.put(type, byId);
    });
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", stack.id());
    tree.put("resources", byType);
    return tree;
  }

  private static Map<String, Object> spec(StackResource resource) {
    if (resource instanceof StackResource.SecurityGroup group) {
      return new Tree()
          .put("groupName", group.groupName())
          .put("description", group.description())
          .list("ingress", group.ingress().stream().map(StackJson::permission).toList())
          .map("tags", group.tags())
          .done();
    }
    if (resource instanceof StackResource.LoadBalancer lb) {
      return loadBalancer(lb);
    }
    if (resource instanceof StackResource.Listener listener) {
      return listener(listener);
    }
    if (resource instanceof StackResource.ListenerRule rule) {
      return new Tree()
          .put("listenerARN", token(rule.listener()))
          .put("priority", rule.priority())
          .list("actions", rule.actions().stream().map(StackJson::action).toList())
          .list(
              "conditions", rule.conditions().stream().map(StackJson::condition).toList())
          .map("tags", rule.tags())
          .done();
    }
    if (resource instanceof StackResource.TargetGroup group) {
      return targetGroup(group);
    }
    if (resource instanceof StackResource.TargetGroupBindingResource binding) {
      Map<String, Object> template = new LinkedHashMap<>();
      template.put("metadata", Map.of("name", binding.name(), "namespace", binding.namespace()));
      template.put("spec", binding(binding.binding()));
      return Map.of("template", template);
    }
    if (resource instanceof StackResource.WebAclAssociation acl) {
      return Map.of("webACLARN", acl.webAclArn(), "resourceARN", token(acl.resource()));
    }
    if (resource instanceof StackResource.RegionalWebAclAssociation acl) {
      return Map.of("webACLID", acl.webAclId(), "resourceARN", token(acl.resource()));
    }
    StackResource.ShieldProtection shield = (StackResource.ShieldProtection) resource;
    return Map.of("enabled", shield.enabled(), "resourceARN", token(shield.resource()));
  }

  private static Map<String, Object> permission(StackResource.Permission permission) {
    Tree tree = new Tree()
        .put("ipProtocol", permission.protocol())
        .put("fromPort", permission.port())
        .put("toPort", permission.port());
    switch (permission.kind()) {
      case IPV4 -> tree.put("ipRanges", List.of(Map.of("cidrIP", permission.source())));
      case IPV6 -> tree.put("ipv6Ranges", List.of(Map.of("cidrIPv6", permission.source())));
      case PREFIX_LIST -> tree.put("prefixLists", List.of(Map.of("listID", permission.source())));
    }
    return tree.done();
  }

  private static Map<String, Object> loadBalancer(StackResource.LoadBalancer lb) {
    return new Tree()
        .put("name", lb.name())
        .put("type", lb.network() ? "network" : "application")
        .put("scheme", lb.scheme())
        .put("ipAddressType", lb.ipAddressType())
        .list(
            "subnetMapping", lb.subnets().stream().map(StackJson::subnetMapping).toList())
        .list(
            "securityGroups", lb.securityGroups().stream().map(StackJson::token).toList())
        .put("customerOwnedIPv4Pool", lb.customerOwnedIpv4Pool())
        .put("securityGroupsInboundRulesOnPrivateLink", lb.privateLinkRules())
        .list("loadBalancerAttributes", attributes(lb.attributes()))
        .map("tags", lb.tags())
        .done();
  }

  private static Map<String, Object> subnetMapping(StackResource.SubnetMapping mapping) {
    return new Tree()
        .put("allocationID", mapping.allocationId())
        .put("privateIPv4Address", mapping.privateIpv4Address())
        .put("ipv6Address", mapping.ipv6Address())
        .put("subnetID", mapping.subnetId())
        .done();
  }

  private static Map<String, Object> listener(StackResource.Listener listener) {
    Tree tree = new Tree()
        .put("loadBalancerARN", token(listener.loadBalancer()))
        .put("port", listener.port())
        .put("protocol", listener.protocol())
        .list(
            "defaultActions",
            listener.defaultActions().stream().map(StackJson::action).toList())
        .list(
            "certificates",
            listener.certificates().stream()
                .map(arn -> Map.of("certificateARN", arn))
                .toList())
        .put("sslPolicy", listener.sslPolicy())
        .list("alpnPolicy", listener.alpnPolicy());
    MutualAuthentication mutual = listener.mutualAuthentication();
    if (mutual != null) {
      tree.put(
          "mutualAuthentication",
          new Tree()
              .put("mode", mutual.mode())
              .put("trustStoreArn", mutual.trustStoreArn())
              .put("ignoreClientCertificateExpiry", mutual.ignoreClientCertificateExpiry())
              .done());
    }
    return tree.map("tags", listener.tags()).done();
  }

  private static Map<String, Object> targetGroup(StackResource.TargetGroup group) {
    HealthCheck check = group.healthCheck();
    Tree matcher = new Tree().put("httpCode", check.httpCode()).put("grpcCode", check.grpcCode());
    Map<String, Object> healthCheck = new Tree()
        .put("port", port(check.port()))
        .put("protocol", check.protocol())
        .put("path", check.path())
        .map("matcher", matcher.done())
        .put("intervalSeconds", check.intervalSeconds())
        .put("timeoutSeconds", check.timeoutSeconds())
        .put("healthyThresholdCount", check.healthyThreshold())
        .put("unhealthyThresholdCount", check.unhealthyThreshold())
        .done();
    return new Tree()
        .put("name", group.name())
        .put("targetType", group.targetType())
        .put("port", group.port())
        .put("protocol", group.protocol())
        .put("protocolVersion", group.protocolVersion())
        .put("ipAddressType", group.ipAddressType())
        .put("healthCheckConfig", healthCheck)
        .list("targetGroupAttributes", attributes(group.attributes()))
        .map("tags", group.tags())
        .done();
  }

  private static List<Map<String, Object>> attributes(Map<String, String> attributes) {
    return attributes.entrySet().stream()
        .map(e -> new Tree().put("key", e.getKey()).put("value", e.getValue()).done())
        .toList();
  }

  /**
   * The spec of a TargetGroupBinding as maps and lists, as it stands in the cluster's object.
   *
   * @param binding the binding
   * @return the tree
   */
  public static Map<String, Object> binding(StackResource.Binding binding) {
    Tree tree = new Tree()
        .put("targetGroupARN", token(binding.targetGroup()))
        .put("targetType", binding.targetType())
        .put(
            "serviceRef",
            new Tree()
                .put("name", binding.serviceName())
                .put("port", port(binding.servicePort()))
                .done());
    List<StackResource.NetworkingRule> networking = binding.networking();
    if (networking != null) {
      tree.put(
          "networking",
          new Tree()
              .list(
                  "ingress", networking.stream().map(StackJson::networkingRule).toList())
              .done());
    }
    Map<String, String> selector = binding.nodeSelector();
    if (selector != null) {
      tree.put("nodeSelector", Map.of("matchLabels", selector));
    }
    return tree.put("ipAddressType", binding.ipAddressType())
        .put("vpcID", binding.vpcId().isEmpty() ? null : binding.vpcId())
        .done();
  }

  private static Map<String, Object> networkingRule(StackResource.NetworkingRule rule) {
    List<Map<String, Object>> from = rule.from().stream()
        .<Map<String, Object>>map(peer -> peer instanceof StackResource.Peer.Group group
            ? Map.of("securityGroup", Map.of("groupID", token(group.groupId())))
            : Map.of("ipBlock", Map.of("cidr", ((StackResource.Peer.Block) peer).cidr())))
        .toList();
    List<Map<String, Object>> ports = rule.ports().stream()
        .map(p -> new Tree()
            .put("protocol", p.protocol())
            .put("port", p.port() == null ? null : port(p.port()))
            .done())
        .toList();
    return new Tree().put("from", from).put("ports", ports).done();
  }

  private static Map<String, Object> action(Action action) {
    Tree tree = new Tree().put("type", action.type());
    if (action instanceof Action.Forward forward) {
      Tree config = new Tree()
          .put(
              "targetGroups",
              forward.groups().stream()
                  .map(g -> new Tree()
                      .put("targetGroupARN", token(g.group()))
                      .put("weight", g.weight())
                      .done())
                  .toList());
      Action.Stickiness stickiness = forward.stickiness();
      if (stickiness != null) {
        config.put(
            "targetGroupStickinessConfig",
            new Tree()
                .put("enabled", stickiness.enabled())
                .put("durationSeconds", stickiness.durationSeconds())
                .done());
      }
      tree.put("forwardConfig", config.done());
    } else if (action instanceof Action.Redirect redirect) {
      tree.put(
          "redirectConfig",
          new Tree()
              .put("host", redirect.host())
              .put("path", redirect.path())
              .put("port", redirect.port())
              .put("protocol", redirect.protocol())
              .put("query", redirect.query())
              .put("statusCode", redirect.statusCode())
              .done());
    } else if (action instanceof Action.FixedResponse fixed) {
      tree.put(
          "fixedResponseConfig",
          new Tree()
              .put("contentType", fixed.contentType())
              .put("messageBody", fixed.messageBody())
              .put("statusCode", fixed.statusCode())
              .done());
    } else if (action instanceof Action.AuthenticateCognito cognito) {
      tree.put(
          "authenticateCognitoConfig",
          session(cognito.session())
              .put("userPoolARN", cognito.userPoolArn())
              .put("userPoolClientID", cognito.userPoolClientId())
              .put("userPoolDomain", cognito.userPoolDomain())
              .done());
    } else if (action instanceof Action.AuthenticateOidc oidc) {
      tree.put(
          "authenticateOIDCConfig",
          session(oidc.session())
              .put("issuer", oidc.issuer())
              .put("authorizationEndpoint", oidc.authorizationEndpoint())
              .put("tokenEndpoint", oidc.tokenEndpoint())
              .put("userInfoEndpoint", oidc.userInfoEndpoint())
              .put("clientID", REDACTED)
              .put("clientSecret", REDACTED)
              .done());
    }
    return tree.done();
  }

  private static Tree session(Action.Session session) {
    return new Tree()
        .map("authenticationRequestExtraParams", session.extraParams())
        .put("onUnauthenticatedRequest", session.onUnauthenticatedRequest())
        .put("scope", session.scope())
        .put("sessionCookieName", session.sessionCookieName())
        .put("sessionTimeout", session.sessionTimeoutSeconds());
  }

  private static Map<String, Object> condition(RuleCondition condition) {
    Tree tree = new Tree().put("field", condition.field());
    if (condition instanceof RuleCondition.HostHeader host) {
      tree.put("hostHeaderConfig", Map.of("values", host.values()));
    } else if (condition instanceof RuleCondition.PathPattern path) {
      tree.put("pathPatternConfig", Map.of("values", path.values()));
    } else if (condition instanceof RuleCondition.HttpHeader header) {
      tree.put(
          "httpHeaderConfig",
          new Tree()
              .put("httpHeaderName", header.name())
              .put("values", header.values())
              .done());
    } else if (condition instanceof RuleCondition.HttpRequestMethod method) {
      tree.put("httpRequestMethodConfig", Map.of("values", method.values()));
    } else if (condition instanceof RuleCondition.QueryString query) {
      tree.put(
          "queryStringConfig",
          Map.of(
              "values",
              query.values().stream()
                  .map(p ->
                      new Tree().put("key", p.key()).put("value", p.value()).done())
                  .toList()));
    } else if (condition instanceof RuleCondition.SourceIp source) {
      tree.put("sourceIPConfig", Map.of("values", source.values()));
    }
    return tree.done();
  }

  private static Object token(Token token) {
    if (token instanceof Token.Literal literal) {
      return literal.value();
    }
    Token.Reference ref = (Token.Reference) token;
    return Map.of("$ref", "#/resources/" + ref.type() + "/" + ref.id() + "/status/" + ref.field());
  }

  private static Object port(IntOrString port) {
    String name = port.name();
    return name != null ? name : port.number();
  }

  /** Collects the members of an object, without those that have nothing to say. */
  private static final class Tree {
    private final Map<String, Object> members = new LinkedHashMap<>();

    Tree put(String name, @Nullable Object value) {
      if (value != null) {
        members.put(name, value);
      }
      return this;
    }

    Tree list(String name, List<?> values) {
      return values.isEmpty() ? this : put(name, values);
    }

    Tree map(String name, Map<String, ?> values) {
      return values.isEmpty() ? this : put(name, values);
    }

    Map<String, Object> done() {
      return members;
    }
  }
}
