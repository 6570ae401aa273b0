package dev.hairpin.lb.controller;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.model.StackResource.NetworkingPort;
import dev.hairpin.lb.model.StackResource.NetworkingRule;
import dev.hairpin.lb.model.StackResource.Peer;
import dev.hairpin.lb.model.Token;
import dev.hairpin.lb.options.FeatureGate;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The target groups of a Service's ports, their health checks, and who may reach the targets.
 *
 * <p>Source: {@code pkg/service/model_build_target_group.go} of v2.8.2.
 */
final class NlbTargetGroups {
  private static final String PROXY_PROTOCOL = "proxy_protocol_v2.enabled";
  private static final String PRESERVE_CLIENT_IP = "preserve_client_ip.enabled";

  private final Environment env;
  private final Service service;
  private final Annotations annotations;
  private final Stack stack;
  private final StackResource.LoadBalancer loadBalancer;
  private final @Nullable Token backendGroup;
  private final List<Subnet> subnets;
  private final Map<String, StackResource.TargetGroup> byId = new HashMap<>();

  NlbTargetGroups(
      Environment env,
      Service service,
      Annotations annotations,
      Stack stack,
      StackResource.LoadBalancer loadBalancer,
      @Nullable Token backendGroup,
      List<Subnet> subnets) {
    this.env = env;
    this.service = service;
    this.annotations = annotations;
    this.stack = stack;
    this.loadBalancer = loadBalancer;
    this.backendGroup = backendGroup;
    this.subnets = subnets;
  }

  StackResource.TargetGroup forPort(
      ServicePort port, String protocol, Map<String, String> tags, List<String> sourceRanges) {
    String id = service.key().namespacedName() + ":" + port.port();
    StackResource.TargetGroup known = byId.get(id);
    if (known != null) {
      return known;
    }
    String targetType = targetType(port);
    HealthCheck check = healthCheck(targetType);
    Map<String, String> attributes = attributes();
    boolean preserve = Optional.ofNullable(attributes.get(PRESERVE_CLIENT_IP))
        .map(Go::parseBool)
        .orElse(targetType.equals("instance"));
    int groupPort = targetType.equals("instance")
        ? port.nodePort()
        : port.targetPort().name() == null ? port.targetPort().number() : 1;
    String name = Naming.ofObject(
        service.metadata().namespace(),
        service.metadata().name(),
        env.clusterName(),
        service.metadata().uid(),
        Integer.toString(groupPort),
        Integer.toString(port.port()),
        targetType,
        protocol,
        check.protocol(),
        Long.toString(check.intervalSeconds()));
    StackResource.TargetGroup group = new StackResource.TargetGroup(
        id, name, targetType, groupPort, protocol, null, ipAddressType(), check, attributes, tags);
    stack.add(group);
    stack.add(binding(group, port, preserve, sourceRanges));
    byId.put(id, group);
    return group;
  }

  private String targetType(ServicePort port) {
    String loadBalancerType = annotations.string("aws-load-balancer-type", "");
    String type =
        annotations.string("aws-load-balancer-nlb-target-type", env.options().defaultTargetType());
    if (type.equals("ip") && !env.enabled(FeatureGate.ENABLE_IP_TARGET_TYPE)) {
      throw new ReconcileException("unsupported targetType: ip when EnableIPTargetType is false");
    }
    if (loadBalancerType.equals("nlb-ip") || type.equals("ip")) {
      return "ip";
    }
    if (service.spec().type() == ServiceType.CLUSTER_IP) {
      throw new ReconcileException("unsupported service type \"ClusterIP\" for load balancer"
          + " target type "
          + Go.quoted(type));
    }
    if (port.nodePort() == 0
        && Boolean.FALSE.equals(service.spec().allocateLoadBalancerNodePorts())) {
      throw new ReconcileException(
          "unable to support instance target type with an unallocated NodePort");
    }
    return "instance";
  }

  private String ipAddressType() {
    if (!service.spec().ipFamilies().contains(IpFamily.IPV6)) {
      return "ipv4";
    }
    if (!loadBalancer.ipAddressType().equals("dualstack")) {
      throw new ReconcileException("unsupported IPv6 configuration, lb not dual-stack");
    }
    return "ipv6";
  }

  /** The Local policy asks the node's own answer, so that nodes without a pod drop out. */
  private HealthCheck healthCheck(String targetType) {
    boolean local = targetType.equals("instance")
        && service.spec().externalTrafficPolicy() == TrafficPolicy.LOCAL
        && service.spec().type() == ServiceType.LOAD_BALANCER;
    String protocol = healthCheckProtocol(local ? "HTTP" : "TCP");
    boolean tcp = protocol.equals("TCP");
    boolean advanced = env.enabled(FeatureGate.NLB_HEALTH_CHECK_ADVANCED_CONFIG);
    String path = tcp
        ? null
        : annotations.string("aws-load-balancer-healthcheck-path", local ? "/healthz" : "/");
    String codes = tcp || !advanced
        ? null
        : annotations.string("aws-load-balancer-healthcheck-success-codes", "200-399");
    IntOrString port = healthCheckPort(
        local ? Integer.toString(service.spec().healthCheckNodePort()) : HealthCheck.TRAFFIC_PORT,
        targetType);
    long interval = annotations.int64("aws-load-balancer-healthcheck-interval", 10);
    long timeout = local ? 6 : 10;
    if (advanced) {
      timeout = annotations.int64("aws-load-balancer-healthcheck-timeout", timeout);
    }
    long threshold = local ? 2 : 3;
    long healthy = annotations.int64("aws-load-balancer-healthcheck-healthy-threshold", threshold);
    long unhealthy =
        annotations.int64("aws-load-balancer-healthcheck-unhealthy-threshold", threshold);
    return new HealthCheck(
        port, protocol, path, codes, null, interval, timeout, healthy, unhealthy);
  }

  private String healthCheckProtocol(String byDefault) {
    String raw = annotations.string("aws-load-balancer-healthcheck-protocol", byDefault);
    String upper = raw.toUpperCase(Locale.ROOT);
    return switch (upper) {
      case "TCP", "HTTP", "HTTPS" -> upper;
      default -> throw new ReconcileException("unsupported health check protocol " + raw);
    };
  }

  private IntOrString healthCheckPort(String byDefault, String targetType) {
    String raw = annotations.string("aws-load-balancer-healthcheck-port", byDefault);
    return ServicePorts.healthCheckPort(service, raw, targetType);
  }

  private Map<String, String> attributes() {
    Map<String, String> attributes =
        new TreeMap<>(annotations.map("aws-load-balancer-target-group-attributes"));
    attributes.putIfAbsent(PROXY_PROTOCOL, "false");
    Optional<String> proxyProtocol = annotations.string("aws-load-balancer-proxy-protocol");
    if (proxyProtocol.isPresent()) {
      if (!proxyProtocol.get().equals("*")) {
        throw new ReconcileException("invalid value "
            + proxyProtocol.get()
            + " for Load Balancer proxy protocol v2 annotation, only value currently supported is"
            + " *");
      }
      attributes.put(PROXY_PROTOCOL, "true");
    }
    String preserve = attributes.get(PRESERVE_CLIENT_IP);
    if (preserve != null) {
      try {
        Go.parseBool(preserve);
      } catch (ReconcileException e) {
        throw new ReconcileException("failed to parse attribute "
            + PRESERVE_CLIENT_IP
            + "="
            + preserve
            + ": "
            + e.getMessage());
      }
    }
    return attributes;
  }

  private StackResource.TargetGroupBindingResource binding(
      StackResource.TargetGroup group,
      ServicePort port,
      boolean preserve,
      List<String> sourceRanges) {
    boolean instance = group.targetType().equals("instance");
    Map<String, String> selector =
        instance ? annotations.map("aws-load-balancer-target-node-labels") : Map.of();
    IntOrString targetPort = instance ? IntOrString.of(port.nodePort()) : port.targetPort();
    List<NetworkingRule> networking = loadBalancer.securityGroups().isEmpty()
        ? fromAddresses(group, targetPort, port, preserve, sourceRanges)
        : fromGroup(group.healthCheck(), targetPort, port);
    return new StackResource.TargetGroupBindingResource(
        group.id(),
        service.metadata().namespace(),
        group.name(),
        new StackResource.Binding(
            group.arn(),
            group.targetType(),
            service.metadata().name(),
            IntOrString.of(port.port()),
            networking,
            selector.isEmpty() ? null : selector,
            group.ipAddressType(),
            env.aws().vpc().id()));
  }

  private @Nullable List<NetworkingRule> fromGroup(
      HealthCheck check, IntOrString targetPort, ServicePort port) {
    Token source = backendGroup;
    if (source == null) {
      return null;
    }
    boolean udp = port.protocol() == Protocol.UDP;
    List<NetworkingPort> ports = new ArrayList<>();
    if (env.options().disableRestrictedSecurityGroupRules()) {
      ports.add(new NetworkingPort("TCP", null));
      if (udp) {
        ports.add(new NetworkingPort("UDP", null));
      }
      return List.of(new NetworkingRule(List.of(new Peer.Group(source)), ports));
    }
    IntOrString checkPort = check.port();
    boolean samePort = checkPort.name() == null && checkPort.number() == numberOf(targetPort);
    if (port.protocol() == Protocol.TCP) {
      ports.add(new NetworkingPort("TCP", targetPort));
    } else if (udp) {
      ports.add(new NetworkingPort("UDP", targetPort));
      if (check.onTrafficPort() || samePort) {
        ports.add(new NetworkingPort("TCP", targetPort));
      }
    }
    if (checkPort.name() == null && !samePort) {
      ports.add(new NetworkingPort("TCP", checkPort));
    }
    return List.of(new NetworkingRule(List.of(new Peer.Group(source)), ports));
  }

  /** Go's {@code IntValue} of a name is 0 unless the name is a number. */
  private static int numberOf(IntOrString port) {
    return port.name() == null ? port.number() : 0;
  }

  /** An NLB without groups: its own addresses, or those of the clients where these are kept. */
  private @Nullable List<NetworkingRule> fromAddresses(
      StackResource.TargetGroup group,
      IntOrString targetPort,
      ServicePort port,
      boolean preserve,
      List<String> sourceRanges) {
    if (!annotations.bool("aws-load-balancer-manage-backend-security-group-rules", true)) {
      return null;
    }
    boolean udp = port.protocol() == Protocol.UDP;
    boolean ipv6 = group.ipAddressType().equals("ipv6");
    List<String> own = subnetBlocks(ipv6);
    List<String> sources = own;
    boolean defaultRange = false;
    if (udp || preserve) {
      sources = sourceRanges;
      if (sources.isEmpty()) {
        sources = defaultSources(ipv6);
        defaultRange = true;
      }
    }
    List<NetworkingRule> rules = new ArrayList<>();
    rules.add(new NetworkingRule(
        blocks(sources), List.of(new NetworkingPort(udp ? "UDP" : "TCP", targetPort))));
    IntOrString checkPort = group.healthCheck().port();
    boolean onTraffic = group.healthCheck().onTrafficPort();
    boolean covered = !udp
        && (onTraffic || numberOf(checkPort) == numberOf(targetPort))
        && (!preserve || defaultRange || sources.contains("0.0.0.0/0") || sources.contains("::/0"));
    if (!covered && !own.isEmpty()) {
      rules.add(new NetworkingRule(
          blocks(own), List.of(new NetworkingPort("TCP", onTraffic ? targetPort : checkPort))));
    }
    return rules;
  }

  private List<String> subnetBlocks(boolean ipv6) {
    List<String> blocks = new ArrayList<>();
    for (Subnet subnet : subnets) {
      Cidr block = ipv6 ? subnet.ipv6Cidr() : subnet.cidr();
      if (block != null) {
        blocks.add(block.toString());
      }
    }
    return blocks;
  }

  private List<String> defaultSources(boolean ipv6) {
    if (loadBalancer.scheme().equals("internal")) {
      List<Cidr> blocks = ipv6 ? env.aws().vpc().ipv6Cidrs() : env.aws().vpc().cidrs();
      return blocks.stream().map(Cidr::toString).toList();
    }
    return List.of(ipv6 ? "::/0" : "0.0.0.0/0");
  }

  private static List<Peer> blocks(List<String> cidrs) {
    return cidrs.stream().<Peer>map(Peer.Block::new).toList();
  }
}
