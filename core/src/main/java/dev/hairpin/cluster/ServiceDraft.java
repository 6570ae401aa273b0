package dev.hairpin.cluster;

import dev.hairpin.api.Condition;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.IpFamilyPolicy;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * A Service on its way through admission. Unlike the record, it holds what a client may write and validation
 * then refuses: unknown types and protocols, ports out of range, lists that contradict each other. Field by
 * field the wire's form; the steps of admission change it in place, and toService() makes the record when it is
 * found valid.
 */
/** A Service that is not valid yet. */
final class ServiceDraft {

  /** A port that is not valid yet. */
  static final class Port {
    String name = "";
    String protocol = "";
    int port;
    IntOrString targetPort = IntOrString.of(0);
    int nodePort;

    @Nullable
    String appProtocol;
  }

  static final String CLUSTER_IP = "ClusterIP";
  static final String NODE_PORT = "NodePort";
  static final String LOAD_BALANCER = "LoadBalancer";
  static final String EXTERNAL_NAME = "ExternalName";
  static final String NONE = "None";
  static final String SINGLE_STACK = "SingleStack";
  static final String PREFER_DUAL_STACK = "PreferDualStack";
  static final String REQUIRE_DUAL_STACK = "RequireDualStack";

  ObjectMeta metadata = ObjectMeta.of("", "");
  String type = "";

  @Nullable
  Map<String, String> selector;

  List<Port> ports = new ArrayList<>();
  String clusterIp = "";
  List<String> clusterIps = new ArrayList<>();
  List<String> ipFamilies = new ArrayList<>();

  @Nullable
  String ipFamilyPolicy;

  List<String> externalIps = List.of();
  String externalName = "";
  String sessionAffinity = "";

  @Nullable
  Integer affinityTimeout;

  boolean affinityConfig;
  String externalTrafficPolicy = "";

  @Nullable
  String internalTrafficPolicy;

  int healthCheckNodePort;
  boolean publishNotReadyAddresses;
  String loadBalancerIp = "";
  List<String> sourceRanges = List.of();

  @Nullable
  String loadBalancerClass;

  @Nullable
  Boolean allocateNodePorts;

  @Nullable
  String trafficDistribution;

  List<LoadBalancerIngress> ingress = List.of();
  List<Condition> conditions = List.of();

  private ServiceDraft() {}

  String name() {
    return metadata.name();
  }

  /** Headless by the type's rule: a ClusterIP Service without a ClusterIP. */
  boolean isHeadless() {
    return type.equals(CLUSTER_IP) && clusterIp.equals(NONE);
  }

  boolean needsClusterIp() {
    return !type.equals(EXTERNAL_NAME);
  }

  boolean takesNodePorts() {
    return type.equals(NODE_PORT) || type.equals(LOAD_BALANCER);
  }

  boolean allocatesNodePorts() {
    return type.equals(NODE_PORT)
        || (type.equals(LOAD_BALANCER) && !Boolean.FALSE.equals(allocateNodePorts));
  }

  boolean needsHealthCheckPort() {
    return type.equals(LOAD_BALANCER) && externalTrafficPolicy.equals("Local");
  }

  boolean isExternallyAccessible() {
    return takesNodePorts() || (type.equals(CLUSTER_IP) && !externalIps.isEmpty());
  }

  boolean sameClusterIps(ServiceDraft other) {
    return clusterIps.equals(other.clusterIps);
  }

  List<Integer> nodePorts() {
    return ports.stream().map(p -> p.nodePort).filter(p -> p != 0).toList();
  }

  /** Reads what a client sent. */
  static ServiceDraft read(Map<String, ?> tree) {
    Fields f = Fields.of(tree);
    ServiceDraft draft = new ServiceDraft();
    draft.metadata = KubeObjects.readMetadata(f, Service.KIND);
    Fields spec = f.object("spec");
    draft.type = spec.text("type");
    draft.selector = spec.textMapOrNull("selector");
    draft.ports = new ArrayList<>(spec.list("ports", ServiceDraft::readPort));
    draft.clusterIp = spec.text("clusterIP");
    draft.clusterIps = new ArrayList<>(spec.texts("clusterIPs"));
    draft.ipFamilies = new ArrayList<>(spec.texts("ipFamilies"));
    draft.ipFamilyPolicy = spec.textOrNull("ipFamilyPolicy");
    draft.externalIps = spec.texts("externalIPs");
    draft.externalName = spec.text("externalName");
    draft.sessionAffinity = spec.text("sessionAffinity");
    draft.affinityConfig = spec.has("sessionAffinityConfig");
    draft.affinityTimeout =
        spec.object("sessionAffinityConfig").object("clientIP").int32OrNull("timeoutSeconds");
    draft.externalTrafficPolicy = spec.text("externalTrafficPolicy");
    draft.internalTrafficPolicy = spec.textOrNull("internalTrafficPolicy");
    draft.healthCheckNodePort = spec.int32("healthCheckNodePort", 0);
    draft.publishNotReadyAddresses = spec.bool("publishNotReadyAddresses", false);
    draft.loadBalancerIp = spec.text("loadBalancerIP");
    draft.sourceRanges = spec.texts("loadBalancerSourceRanges");
    draft.loadBalancerClass = spec.textOrNull("loadBalancerClass");
    draft.allocateNodePorts = spec.boolOrNull("allocateLoadBalancerNodePorts");
    draft.trafficDistribution = spec.textOrNull("trafficDistribution");
    Fields status = f.object("status");
    draft.ingress = KubeObjects.readLoadBalancer(status);
    draft.conditions = KubeObjects.readConditions(status);
    return draft;
  }

  private static Port readPort(Fields f) {
    Port port = new Port();
    port.name = f.text("name");
    port.protocol = f.text("protocol");
    port.port = f.int32("port", 0);
    port.targetPort = f.intOrString("targetPort", IntOrString.of(0));
    port.nodePort = f.int32("nodePort", 0);
    port.appProtocol = f.textOrNull("appProtocol");
    return port;
  }

  /** A draft of a stored Service. */
  static ServiceDraft of(Service service) {
    ServiceSpec spec = service.spec();
    ServiceDraft draft = new ServiceDraft();
    draft.metadata = service.metadata();
    draft.type = spec.type().toString();
    draft.selector = spec.selector();
    spec.ports().forEach(p -> draft.ports.add(portOf(p)));
    draft.clusterIp = spec.clusterIp();
    draft.clusterIps = new ArrayList<>(spec.clusterIps());
    spec.ipFamilies().forEach(family -> draft.ipFamilies.add(family.toString()));
    draft.ipFamilyPolicy = text(spec.ipFamilyPolicy());
    draft.externalIps = spec.externalIps();
    draft.externalName = spec.externalName();
    draft.sessionAffinity = spec.sessionAffinity().toString();
    draft.affinityConfig = spec.sessionAffinity() == SessionAffinity.CLIENT_IP;
    draft.affinityTimeout = draft.affinityConfig && spec.sessionAffinityTimeoutSeconds() != 0
        ? spec.sessionAffinityTimeoutSeconds()
        : null;
    draft.externalTrafficPolicy =
        spec.externalTrafficPolicy() == null ? "" : spec.externalTrafficPolicy().toString();
    draft.internalTrafficPolicy = text(spec.internalTrafficPolicy());
    draft.healthCheckNodePort = spec.healthCheckNodePort();
    draft.publishNotReadyAddresses = spec.publishNotReadyAddresses();
    draft.loadBalancerIp = spec.loadBalancerIp();
    draft.sourceRanges = spec.loadBalancerSourceRanges();
    draft.loadBalancerClass = spec.loadBalancerClass();
    draft.allocateNodePorts = spec.allocateLoadBalancerNodePorts();
    draft.trafficDistribution = spec.trafficDistribution();
    draft.ingress = service.loadBalancer();
    draft.conditions = service.conditions();
    return draft;
  }

  private static Port portOf(ServicePort from) {
    Port port = new Port();
    port.name = from.name();
    port.protocol = from.protocol().name();
    port.port = from.port();
    port.targetPort = from.targetPort();
    port.nodePort = from.nodePort();
    port.appProtocol = from.appProtocol();
    return port;
  }

  private static @Nullable String text(@Nullable Enum<?> value) {
    return value == null ? null : value.toString();
  }

  /** The record; the draft must be valid. */
  Service toService() {
    ServiceSpec spec = ServiceSpec.builder()
        .type(known(ServiceType::byText, type))
        .selector(selector == null ? null : new LinkedHashMap<>(selector))
        .ports(ports.stream().map(ServiceDraft::toPort).toList())
        .clusterIps(clusterIps)
        .ipFamilies(ipFamilies.stream()
            .map(text -> text.equals("IPv6") ? IpFamily.IPV6 : IpFamily.IPV4)
            .toList())
        .ipFamilyPolicy(
            ipFamilyPolicy == null ? null : known(IpFamilyPolicy::byText, ipFamilyPolicy))
        .externalIps(externalIps)
        .externalName(externalName)
        .sessionAffinity(known(SessionAffinity::byText, sessionAffinity))
        .sessionAffinityTimeoutSeconds(affinityTimeout == null ? 0 : affinityTimeout)
        .externalTrafficPolicy(
            externalTrafficPolicy.isEmpty()
                ? null
                : known(TrafficPolicy::byText, externalTrafficPolicy))
        .internalTrafficPolicy(
            internalTrafficPolicy == null
                ? null
                : known(TrafficPolicy::byText, internalTrafficPolicy))
        .healthCheckNodePort(healthCheckNodePort)
        .publishNotReadyAddresses(publishNotReadyAddresses)
        .loadBalancerIp(loadBalancerIp)
        .loadBalancerSourceRanges(sourceRanges)
        .loadBalancerClass(loadBalancerClass)
        .allocateLoadBalancerNodePorts(allocateNodePorts)
        .trafficDistribution(trafficDistribution)
        .build();
    return new Service(metadata, spec, ingress, conditions);
  }

  private static ServicePort toPort(Port port) {
    return new ServicePort(
        port.name,
        Protocol.valueOf(port.protocol),
        port.port,
        port.targetPort,
        port.nodePort,
        port.appProtocol);
  }

  private static <E> E known(Function<String, Optional<E>> byText, String text) {
    return byText
        .apply(text)
        .orElseThrow(() -> new IllegalStateException("validation let \"" + text + "\" pass"));
  }
}
