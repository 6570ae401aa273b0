package dev.hairpin.lb.deploy;

import dev.hairpin.api.IntOrString;
import dev.hairpin.lb.aws.Listener;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Rule;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.elb.AlpnPolicy;
import dev.hairpin.lb.elb.Attributes;
import dev.hairpin.lb.elb.IpAddressType;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.Matcher;
import dev.hairpin.lb.elb.ProtocolVersion;
import dev.hairpin.lb.elb.Scheme;
import dev.hairpin.lb.elb.SubnetMapping;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetType;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.RuleCondition;
import dev.hairpin.lb.model.Token;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The account's records in the words of Elastic Load Balancing. */
final class ElbTranslation {
  private ElbTranslation() {}

  static dev.hairpin.lb.elb.LoadBalancer loadBalancer(LoadBalancer lb) {
    List<SubnetMapping> mappings = new ArrayList<>();
    for (LoadBalancer.Zone zone : lb.zones()) {
      mappings.add(new SubnetMapping(
          zone.subnetId(),
          zone.allocationId(),
          address(zone.privateIpv4Address()),
          address(zone.ipv6Address())));
    }
    return new dev.hairpin.lb.elb.LoadBalancer(
        lb.name(),
        lb.network() ? LoadBalancerType.NETWORK : LoadBalancerType.APPLICATION,
        lb.isInternetFacing() ? Scheme.INTERNET_FACING : Scheme.INTERNAL,
        addressType(lb.ipAddressType()),
        mappings,
        lb.securityGroups(),
        !"off".equals(lb.privateLinkRules()),
        new Attributes(lb.attributes()),
        lb.tags());
  }

  private static @Nullable IpAddress address(@Nullable String text) {
    return text == null ? null : IpAddress.parse(text);
  }

  private static IpAddressType addressType(@Nullable String name) {
    for (IpAddressType type : IpAddressType.values()) {
      if (type.apiName().equals(name)) {
        return type;
      }
    }
    return IpAddressType.IPV4;
  }

  static dev.hairpin.lb.elb.TargetGroup targetGroup(TargetGroup group) {
    String version = group.protocolVersion();
    ListenerProtocol protocol = ListenerProtocol.valueOf(group.protocol());
    return new dev.hairpin.lb.elb.TargetGroup(
        group.name(),
        protocol,
        group.port(),
        group.targetType().equals("ip") ? TargetType.IP : TargetType.INSTANCE,
        version == null ? ProtocolVersion.HTTP1 : ProtocolVersion.valueOf(version),
        addressType(group.ipAddressType()),
        healthCheck(group.healthCheck(), protocol),
        new Attributes(group.attributes()),
        group.tags());
  }

  private static dev.hairpin.lb.elb.HealthCheck healthCheck(
      @Nullable HealthCheck check, ListenerProtocol protocol) {
    if (check == null) {
      return protocol.type() == LoadBalancerType.NETWORK
          ? dev.hairpin.lb.elb.HealthCheck.NETWORK
          : dev.hairpin.lb.elb.HealthCheck.APPLICATION;
    }
    IntOrString port = check.port();
    String path = check.path();
    String codes = check.grpcCode() != null ? check.grpcCode() : check.httpCode();
    return new dev.hairpin.lb.elb.HealthCheck(
        ListenerProtocol.valueOf(check.protocol()),
        port.name() == null ? port.number() : null,
        path == null ? "/" : path,
        Math.toIntExact(check.intervalSeconds()),
        Math.toIntExact(check.timeoutSeconds()),
        Math.toIntExact(check.healthyThreshold()),
        Math.toIntExact(check.unhealthyThreshold()),
        new Matcher(codes == null ? "200-399" : codes));
  }

  static dev.hairpin.lb.elb.Listener listener(Listener listener) {
    return new dev.hairpin.lb.elb.Listener(
        listener.loadBalancerArn(),
        listener.port(),
        ListenerProtocol.valueOf(listener.protocol()),
        listener.certificates(),
        listener.sslPolicy(),
        alpn(listener.alpnPolicy()),
        actions(listener.defaultActions()),
        Attributes.NONE);
  }

  private static AlpnPolicy alpn(List<String> policies) {
    for (AlpnPolicy policy : AlpnPolicy.values()) {
      if (policies.contains(policy.apiName())) {
        return policy;
      }
    }
    return AlpnPolicy.NONE;
  }

  static dev.hairpin.lb.elb.Rule rule(Rule rule) {
    return new dev.hairpin.lb.elb.Rule(
        rule.priority(),
        rule.conditions().stream().map(ElbTranslation::condition).toList(),
        actions(rule.actions()));
  }

  private static dev.hairpin.lb.elb.RuleCondition condition(RuleCondition condition) {
    if (condition instanceof RuleCondition.HostHeader host) {
      return new dev.hairpin.lb.elb.RuleCondition.HostHeader(host.values());
    }
    if (condition instanceof RuleCondition.PathPattern path) {
      return new dev.hairpin.lb.elb.RuleCondition.PathPattern(path.values());
    }
    if (condition instanceof RuleCondition.HttpHeader header) {
      return new dev.hairpin.lb.elb.RuleCondition.HttpHeader(header.name(), header.values());
    }
    if (condition instanceof RuleCondition.HttpRequestMethod method) {
      return new dev.hairpin.lb.elb.RuleCondition.HttpRequestMethod(method.values());
    }
    if (condition instanceof RuleCondition.QueryString query) {
      return new dev.hairpin.lb.elb.RuleCondition.QueryString(query.values().stream()
          .map(p -> new dev.hairpin.lb.elb.RuleCondition.QueryStringKeyValue(p.key(), p.value()))
          .toList());
    }
    RuleCondition.SourceIp source = (RuleCondition.SourceIp) condition;
    return new dev.hairpin.lb.elb.RuleCondition.SourceIp(
        source.values().stream().map(Cidr::parse).toList());
  }

  private static List<dev.hairpin.lb.elb.Action> actions(List<Action> actions) {
    return actions.stream().map(ElbTranslation::action).toList();
  }

  private static dev.hairpin.lb.elb.Action action(Action action) {
    if (action instanceof Action.Forward forward) {
      return forward(forward);
    }
    if (action instanceof Action.Redirect redirect) {
      return new dev.hairpin.lb.elb.Action.Redirect(
          or(redirect.protocol(), "#{protocol}"),
          or(redirect.host(), "#{host}"),
          or(redirect.port(), "#{port}"),
          or(redirect.path(), "/#{path}"),
          or(redirect.query(), "#{query}"),
          redirect.statusCode());
    }
    if (action instanceof Action.FixedResponse fixed) {
      return new dev.hairpin.lb.elb.Action.FixedResponse(
          Integer.parseInt(fixed.statusCode()),
          or(fixed.contentType(), ""),
          or(fixed.messageBody(), ""));
    }
    if (action instanceof Action.AuthenticateCognito cognito) {
      Map<String, String> config = session(cognito.session());
      config.put("UserPoolArn", cognito.userPoolArn());
      config.put("UserPoolClientId", cognito.userPoolClientId());
      config.put("UserPoolDomain", cognito.userPoolDomain());
      return authenticate(
          dev.hairpin.lb.elb.Action.IdentityProvider.COGNITO, config, cognito.session());
    }
    Action.AuthenticateOidc oidc = (Action.AuthenticateOidc) action;
    Map<String, String> config = session(oidc.session());
    config.put("Issuer", oidc.issuer());
    config.put("AuthorizationEndpoint", oidc.authorizationEndpoint());
    config.put("TokenEndpoint", oidc.tokenEndpoint());
    config.put("UserInfoEndpoint", oidc.userInfoEndpoint());
    config.put("ClientId", oidc.clientId());
    return authenticate(dev.hairpin.lb.elb.Action.IdentityProvider.OIDC, config, oidc.session());
  }

  private static dev.hairpin.lb.elb.Action forward(Action.Forward forward) {
    List<dev.hairpin.lb.elb.Action.WeightedTargetGroup> groups = new ArrayList<>();
    for (Action.WeightedGroup group : forward.groups()) {
      Long weight = group.weight();
      groups.add(new dev.hairpin.lb.elb.Action.WeightedTargetGroup(
          ((Token.Literal) group.group()).value(), weight == null ? 1 : Math.toIntExact(weight)));
    }
    Action.Stickiness stickiness = forward.stickiness();
    boolean sticky = stickiness != null && Boolean.TRUE.equals(stickiness.enabled());
    Long seconds = stickiness == null ? null : stickiness.durationSeconds();
    return new dev.hairpin.lb.elb.Action.Forward(
        groups, sticky && seconds != null ? Math.toIntExact(seconds) : 0);
  }

  private static dev.hairpin.lb.elb.Action authenticate(
      dev.hairpin.lb.elb.Action.IdentityProvider provider,
      Map<String, String> config,
      Action.Session session) {
    return new dev.hairpin.lb.elb.Action.Authenticate(
        provider,
        config,
        switch (session.onUnauthenticatedRequest()) {
          case "deny" -> dev.hairpin.lb.elb.Action.OnUnauthenticated.DENY;
          case "allow" -> dev.hairpin.lb.elb.Action.OnUnauthenticated.ALLOW;
          default -> dev.hairpin.lb.elb.Action.OnUnauthenticated.AUTHENTICATE;
        });
  }

  private static Map<String, String> session(Action.Session session) {
    Map<String, String> config = new TreeMap<>();
    config.put("Scope", session.scope());
    config.put("SessionCookieName", session.sessionCookieName());
    config.put("SessionTimeout", Long.toString(session.sessionTimeoutSeconds()));
    return config;
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null ? otherwise : text;
  }

  static TargetDescription target(Target target) {
    return new TargetDescription(
        target.id(), target.port(), target.zone().isEmpty() ? null : target.zone());
  }
}
