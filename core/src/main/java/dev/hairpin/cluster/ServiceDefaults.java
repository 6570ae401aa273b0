package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LoadBalancerIngress;

/**
 * What the API server fills in before it looks at a Service. Source: {@code SetDefaults_Service}.
 */
final class ServiceDefaults {
  private static final int AFFINITY_TIMEOUT = 10_800;

  private ServiceDefaults() {}

  static void apply(ServiceDraft s) {
    if (s.sessionAffinity.isEmpty()) {
      s.sessionAffinity = "None";
    }
    if (s.sessionAffinity.equals("None")) {
      s.affinityConfig = false;
      s.affinityTimeout = null;
    } else if (s.sessionAffinity.equals("ClientIP") && s.affinityTimeout == null) {
      s.affinityConfig = true;
      s.affinityTimeout = AFFINITY_TIMEOUT;
    }
    if (s.type.isEmpty()) {
      s.type = ServiceDraft.CLUSTER_IP;
    }
    for (ServiceDraft.Port port : s.ports) {
      if (port.protocol.isEmpty()) {
        port.protocol = "TCP";
      }
      if (isUnset(port.targetPort)) {
        port.targetPort = IntOrString.of(port.port);
      }
    }
    if (s.isExternallyAccessible() && s.externalTrafficPolicy.isEmpty()) {
      s.externalTrafficPolicy = "Cluster";
    }
    boolean hasClusterIp = s.type.equals(ServiceDraft.CLUSTER_IP) || s.takesNodePorts();
    if (hasClusterIp && s.internalTrafficPolicy == null) {
      s.internalTrafficPolicy = "Cluster";
    }
    if (s.type.equals(ServiceDraft.LOAD_BALANCER)) {
      if (s.allocateNodePorts == null) {
        s.allocateNodePorts = true;
      }
      s.ingress = s.ingress.stream().map(ServiceDefaults::withMode).toList();
    }
  }

  private static boolean isUnset(IntOrString target) {
    return target.name() == null ? target.number() == 0 : target.name().isEmpty();
  }

  private static LoadBalancerIngress withMode(LoadBalancerIngress ingress) {
    return ingress.ip().isEmpty() || ingress.ipMode() != null
        ? ingress
        : new LoadBalancerIngress(ingress.ip(), ingress.hostname(), "VIP");
  }
}
