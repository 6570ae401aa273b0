package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A port of a Service in one family, as the rules need it. Two that are equal lead to the same
 * rules.
 *
 * @param name what identifies it
 * @param clusterIp the ClusterIP
 * @param port the port of the ClusterIP
 * @param nodePort the node port; 0 for none
 * @param externalIps the external IPs of the family
 * @param loadBalancerVips the addresses that the load balancer leaves on the packets
 * @param sourceRanges the blocks that may use the load balancer; empty for all
 * @param affinitySeconds how long a client keeps its endpoint; 0 for no affinity
 * @param healthCheckNodePort the node port of the health check; 0 for none
 * @param externalLocal whether traffic from outside stays on the node
 * @param internalLocal whether traffic to the ClusterIP stays on the node
 * @param hintsAnnotation the annotation that asks for topology; empty if there is none, or if the
 *     version does not read it
 */
record ServicePortInfo(
    ServicePortName name,
    IpAddress clusterIp,
    int port,
    int nodePort,
    List<IpAddress> externalIps,
    List<IpAddress> loadBalancerVips,
    List<Cidr> sourceRanges,
    int affinitySeconds,
    int healthCheckNodePort,
    boolean externalLocal,
    boolean internalLocal,
    String hintsAnnotation) {

  private static final String PROXY_NAME_LABEL = "service.kubernetes.io/service-proxy-name";
  private static final String HEADLESS_LABEL = "service.kubernetes.io/headless";
  private static final String OLD_HINTS = "service.kubernetes.io/topology-aware-hints";
  private static final String HINTS = "service.kubernetes.io/topology-mode";

  /** Whether traffic from outside the cluster may come in. */
  boolean externallyAccessible() {
    return nodePort != 0 || !loadBalancerVips.isEmpty() || !externalIps.isEmpty();
  }

  boolean usesClusterEndpoints() {
    return !internalLocal || externallyAccessible();
  }

  boolean usesLocalEndpoints() {
    return internalLocal || (externalLocal && externallyAccessible());
  }

  /** Whether source ranges say who may come in through the load balancer. */
  boolean restrictsSources() {
    return !loadBalancerVips.isEmpty() && !sourceRanges.isEmpty();
  }

  /** Whether they let an address in. */
  boolean letsIn(IpAddress source) {
    return sourceRanges.stream().anyMatch(range -> range.contains(source));
  }

  /** Whether kube-proxy's watch shows it the slices with these labels. */
  static boolean slicesAreSeen(Map<String, String> labels, KubeProxyVersion version) {
    return !labels.containsKey(HEADLESS_LABEL)
        && (version.ignoresProxyNameOfSlices() || !labels.containsKey(PROXY_NAME_LABEL));
  }

  /** The ports of a Service that are proxied in a family; none if the Service is passed over. */
  static Map<ServicePortName, ServicePortInfo> of(
      Service service,
      IpFamily family,
      KubeProxyVersion version,
      KubeProxyConfiguration configuration) {
    Map<String, String> labels = service.metadata().labels();
    ServiceSpec spec = service.spec();
    boolean hidden = labels.containsKey(PROXY_NAME_LABEL)
        || (!version.selectsServicesByClusterIp() && labels.containsKey(HEADLESS_LABEL));
    if (hidden || spec.type() == ServiceType.EXTERNAL_NAME || spec.isHeadless()) {
      return Map.of();
    }
    Optional<IpAddress> clusterIp = clusterIp(spec, family);
    if (clusterIp.isEmpty()) {
      return Map.of();
    }
    List<IpAddress> externalIps = addresses(spec.externalIps(), family);
    List<IpAddress> vips = vips(service, family, version, configuration);
    List<Cidr> ranges = sourceRanges(spec, family, version);
    boolean external = spec.type() == ServiceType.NODE_PORT
        || spec.type() == ServiceType.LOAD_BALANCER
        || (spec.type() == ServiceType.CLUSTER_IP && !spec.externalIps().isEmpty());
    boolean externalLocal = external && spec.externalTrafficPolicy() == TrafficPolicy.LOCAL;
    int healthPort =
        spec.type() == ServiceType.LOAD_BALANCER && externalLocal ? spec.healthCheckNodePort() : 0;
    int affinity = spec.sessionAffinity() == SessionAffinity.CLIENT_IP
        ? spec.sessionAffinityTimeoutSeconds()
        : 0;
    Map<String, String> annotations = service.metadata().annotations();
    String hints = version.followsHintsWithoutAnnotation()
        ? ""
        : annotations.getOrDefault(OLD_HINTS, annotations.getOrDefault(HINTS, ""));
    Map<ServicePortName, ServicePortInfo> ports = new LinkedHashMap<>();
    for (ServicePort port : spec.ports()) {
      ServicePortName name = new ServicePortName(
          service.metadata().namespace(), service.metadata().name(), port.name(), port.protocol());
      ports.put(
          name,
          new ServicePortInfo(
              name,
              clusterIp.get(),
              port.port(),
              port.nodePort(),
              externalIps,
              vips,
              ranges,
              affinity,
              healthPort,
              externalLocal,
              spec.internalTrafficPolicy() == TrafficPolicy.LOCAL,
              hints));
    }
    return ports;
  }

  private static Optional<IpAddress> clusterIp(ServiceSpec spec, IpFamily family) {
    if (spec.clusterIp().isEmpty()) {
      return Optional.empty();
    }
    if (spec.ipFamilies().isEmpty()) {
      return LenientIp.parse(spec.clusterIp()).filter(a -> a.family() == family);
    }
    return spec.clusterIp(family).flatMap(LenientIp::parse);
  }

  private static List<IpAddress> addresses(List<String> texts, IpFamily family) {
    return texts.stream()
        .flatMap(text -> LenientIp.parse(text).stream())
        .filter(address -> address.family() == family)
        .toList();
  }

  private static List<IpAddress> vips(
      Service service,
      IpFamily family,
      KubeProxyVersion version,
      KubeProxyConfiguration configuration) {
    boolean readsMode =
        version.alwaysReadsIpMode() || configuration.gate("LoadBalancerIPMode", true);
    List<String> texts = new ArrayList<>();
    for (LoadBalancerIngress ingress : service.loadBalancer()) {
      String mode = ingress.ipMode();
      if (!ingress.ip().isEmpty() && (!readsMode || mode == null || mode.equals("VIP"))) {
        texts.add(ingress.ip());
      }
    }
    return addresses(texts, family);
  }

  private static List<Cidr> sourceRanges(
      ServiceSpec spec, IpFamily family, KubeProxyVersion version) {
    List<Cidr> ranges = spec.loadBalancerSourceRanges().stream()
        .flatMap(text -> LenientIp.parseCidr(text.trim()).stream())
        .filter(range -> range.family() == family)
        .toList();
    boolean open = version.takesZeroRangeAsOpen()
        && ranges.stream().anyMatch(range -> range.prefixLength() == 0);
    return open ? List.of() : ranges;
  }
}
