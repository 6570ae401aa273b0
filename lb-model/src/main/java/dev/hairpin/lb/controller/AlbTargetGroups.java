package dev.hairpin.lb.controller;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.lb.controller.IngressGroups.Member;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.model.StackResource.NetworkingPort;
import dev.hairpin.lb.model.StackResource.NetworkingRule;
import dev.hairpin.lb.model.StackResource.Peer;
import dev.hairpin.lb.model.Token;
import dev.hairpin.lb.options.FeatureGate;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The target groups of an ALB: one for each Ingress, Service and port that it forwards to.
 *
 * <p>Source: {@code pkg/ingress/model_build_target_group.go} of v2.8.2.
 */
final class AlbTargetGroups {
  private final Environment env;
  private final GroupId group;
  private final Stack stack;
  private final String ipAddressType;
  private final @Nullable Token backendGroup;
  private final IngressTags tags;
  private final Map<String, StackResource.TargetGroup> byId = new HashMap<>();

  AlbTargetGroups(
      Environment env,
      GroupId group,
      Stack stack,
      String ipAddressType,
      @Nullable Token backendGroup) {
    this.env = env;
    this.group = group;
    this.stack = stack;
    this.ipAddressType = ipAddressType;
    this.backendGroup = backendGroup;
    this.tags = new IngressTags(env);
  }

  StackResource.TargetGroup of(Member member, Service service, IntOrString port) {
    String id = member.key() + "-" + service.metadata().name() + ":" + port;
    StackResource.TargetGroup known = byId.get(id);
    if (known != null) {
      return known;
    }
    Annotations annotations = Annotations.ofBackend(
        service.metadata().annotations(), member.ingress().metadata().annotations());
    ServicePort servicePort = ServicePorts.find(service, port);
    String targetType = oneOf(
        annotations,
        "target-type",
        env.options().defaultTargetType(),
        "unknown targetType: ",
        "instance",
        "ip");
    if (targetType.equals("ip") && !env.enabled(FeatureGate.ENABLE_IP_TARGET_TYPE)) {
      throw new ReconcileException("unsupported targetType: ip when EnableIPTargetType is false");
    }
    String protocol = oneOf(
        annotations,
        "backend-protocol",
        "HTTP",
        "backend protocol must be within [HTTP, HTTPS]: ",
        "HTTP",
        "HTTPS");
    String version = oneOf(
        annotations,
        "backend-protocol-version",
        "HTTP1",
        "backend protocol version must be within [HTTP1, HTTP2, GRPC]: ",
        "HTTP1",
        "HTTP2",
        "GRPC");
    HealthCheck check = healthCheck(annotations, service, targetType, protocol, version);
    Map<String, String> attributes = annotations.map("target-group-attributes");
    Map<String, String> userTags = tags.ofBackend(member, service);
    int groupPort = targetType.equals("instance")
        ? servicePort.nodePort()
        : servicePort.targetPort().name() == null ? servicePort.targetPort().number() : 1;
    String name = Naming.ofObject(
        service.metadata().namespace(),
        service.metadata().name(),
        env.clusterName(),
        group.toString(),
        member.ingress().metadata().namespace(),
        member.ingress().metadata().name(),
        service.metadata().uid(),
        port.toString(),
        Integer.toString(groupPort),
        targetType,
        protocol,
        version);
    StackResource.TargetGroup result = new StackResource.TargetGroup(
        id,
        name,
        targetType,
        groupPort,
        protocol,
        version,
        targetIpAddressType(service),
        check,
        attributes,
        userTags);
    StackResource.TargetGroupBindingResource binding =
        binding(result, service, servicePort, port, annotations);
    stack.add(result);
    stack.add(binding);
    byId.put(id, result);
    return result;
  }

  private static String oneOf(
      Annotations annotations, String suffix, String byDefault, String error, String... allowed) {
    String value = annotations.string(suffix, byDefault);
    if (!List.of(allowed).contains(value)) {
      throw new ReconcileException(error + value);
    }
    return value;
  }

  private String targetIpAddressType(Service service) {
    if (!service.spec().ipFamilies().contains(IpFamily.IPV6)) {
      return "ipv4";
    }
    if (!ipAddressType.startsWith("dualstack")) {
      throw new ReconcileException("unsupported IPv6 configuration, lb not dual-stack");
    }
    return "ipv6";
  }

  private static HealthCheck healthCheck(
      Annotations annotations,
      Service service,
      String targetType,
      String protocol,
      String version) {
    boolean grpc = version.equals("GRPC");
    IntOrString port = ServicePorts.healthCheckPort(
        service, annotations.string("healthcheck-port", HealthCheck.TRAFFIC_PORT), targetType);
    String checkProtocol = annotations.string("healthcheck-protocol", protocol);
    if (!checkProtocol.equals("HTTP") && !checkProtocol.equals("HTTPS")) {
      throw new ReconcileException("healthCheckProtocol must be within [HTTP, HTTPS]");
    }
    String path = annotations.string("healthcheck-path", grpc ? "/AWS.ALB/healthcheck" : "/");
    String codes = annotations.string("success-codes", grpc ? "12" : "200");
    return new HealthCheck(
        port,
        checkProtocol,
        path,
        grpc ? null : codes,
        grpc ? codes : null,
        annotations.int64("healthcheck-interval-seconds", 15),
        annotations.int64("healthcheck-timeout-seconds", 5),
        annotations.int64("healthy-threshold-count", 2),
        annotations.int64("unhealthy-threshold-count", 2));
  }

  private StackResource.TargetGroupBindingResource binding(
      StackResource.TargetGroup targetGroup,
      Service service,
      ServicePort servicePort,
      IntOrString port,
      Annotations annotations) {
    boolean instance = targetGroup.targetType().equals("instance");
    Map<String, String> selector = instance ? annotations.map("target-node-labels") : Map.of();
    IntOrString targetPort =
        instance ? IntOrString.of(servicePort.nodePort()) : servicePort.targetPort();
    return new StackResource.TargetGroupBindingResource(
        targetGroup.id(),
        service.metadata().namespace(),
        targetGroup.name(),
        new StackResource.Binding(
            targetGroup.arn(),
            targetGroup.targetType(),
            service.metadata().name(),
            port,
            networking(targetGroup.healthCheck(), targetPort),
            selector.isEmpty() ? null : selector,
            targetGroup.ipAddressType(),
            env.aws().vpc().id()));
  }

  private @Nullable List<NetworkingRule> networking(HealthCheck check, IntOrString targetPort) {
    Token source = backendGroup;
    if (source == null) {
      return null;
    }
    List<Peer> from = List.of(new Peer.Group(source));
    if (env.options().disableRestrictedSecurityGroupRules()) {
      return List.of(new NetworkingRule(from, List.of(new NetworkingPort("TCP", null))));
    }
    List<NetworkingRule> rules = new ArrayList<>();
    rules.add(new NetworkingRule(from, List.of(new NetworkingPort("TCP", targetPort))));
    if (!check.onTrafficPort()) {
      rules.add(new NetworkingRule(from, List.of(new NetworkingPort("TCP", check.port()))));
    }
    return rules;
  }
}
