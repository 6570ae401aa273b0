package dev.hairpin.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/*
 * A client that sends a Service again may leave out what the server had allocated for it, and one that changes
 * the type may leave in what the new type has no use for. Both are mended here, but only where the client did not
 * change the field itself: then validation answers.
 */
/**
 * What an update may leave out or leave in. Source: the Service registry of kube-apiserver v1.36.
 */
final class ServiceUpdates {
  private ServiceUpdates() {}

  /** Fills in allocated values that the client left out. */
  static void keepAllocated(ServiceDraft now, ServiceDraft old) {
    if (old.needsClusterIp() && now.needsClusterIp()) {
      if (now.clusterIp.isEmpty()) {
        now.clusterIp = old.clusterIp;
      }
      if (now.clusterIps.isEmpty()) {
        now.clusterIps = new ArrayList<>(old.clusterIps);
      }
    }
    if (old.allocatesNodePorts() && now.allocatesNodePorts()) {
      keepNodePorts(now, old);
    }
    if (old.needsHealthCheckPort() && now.needsHealthCheckPort() && now.healthCheckNodePort == 0) {
      now.healthCheckNodePort = old.healthCheckNodePort;
    }
  }

  /** By the port's name, unless another port of the new object uses the number. */
  private static void keepNodePorts(ServiceDraft now, ServiceDraft old) {
    Set<Integer> used = new HashSet<>(now.nodePorts());
    Map<String, Integer> byName = new HashMap<>();
    old.ports.forEach(p -> byName.put(p.name, p.nodePort));
    for (ServiceDraft.Port port : now.ports) {
      int before = byName.getOrDefault(port.name, 0);
      if (port.nodePort == 0 && !used.contains(before)) {
        port.nodePort = before;
      }
    }
  }

  /** Makes {@code clusterIPs} follow {@code clusterIP} where a client knows the singular only. */
  static void syncClusterIps(ServiceDraft created) {
    if (!created.clusterIp.isEmpty() && created.clusterIps.isEmpty()) {
      created.clusterIps = new ArrayList<>(List.of(created.clusterIp));
    }
  }

  static void syncClusterIps(ServiceDraft now, ServiceDraft old) {
    if (now.clusterIps.isEmpty() && now.clusterIp.equals(old.clusterIp)) {
      now.clusterIps = new ArrayList<>(old.clusterIps);
    }
    if (!now.clusterIp.equals(old.clusterIp) && now.sameClusterIps(old)) {
      now.clusterIps =
          now.clusterIp.isEmpty() ? new ArrayList<>() : new ArrayList<>(List.of(now.clusterIp));
    }
  }

  /** Drops what the new type has no use for. */
  static void dropUnused(ServiceDraft now, ServiceDraft old) {
    if (old.needsClusterIp() && !now.needsClusterIp()) {
      if (now.sameClusterIps(old) && now.clusterIp.equals(old.clusterIp)) {
        now.clusterIp = "";
        now.clusterIps = new ArrayList<>();
      }
      if (now.ipFamilies.equals(old.ipFamilies)) {
        now.ipFamilies = new ArrayList<>();
      }
      if (Objects.equals(now.ipFamilyPolicy, old.ipFamilyPolicy)) {
        now.ipFamilyPolicy = null;
      }
    }
    if (old.takesNodePorts()
        && !now.takesNodePorts()
        && new HashSet<>(old.nodePorts()).containsAll(now.nodePorts())) {
      now.ports.forEach(p -> p.nodePort = 0);
    }
    if (old.needsHealthCheckPort()
        && !now.needsHealthCheckPort()
        && now.healthCheckNodePort == old.healthCheckNodePort) {
      now.healthCheckNodePort = 0;
    }
    boolean leavesLoadBalancer =
        old.type.equals(ServiceDraft.LOAD_BALANCER) && !now.type.equals(ServiceDraft.LOAD_BALANCER);
    if (leavesLoadBalancer && Objects.equals(now.allocateNodePorts, old.allocateNodePorts)) {
      now.allocateNodePorts = null;
    }
    if (leavesLoadBalancer && Objects.equals(now.loadBalancerClass, old.loadBalancerClass)) {
      now.loadBalancerClass = null;
    }
    if (old.isExternallyAccessible()
        && !now.isExternallyAccessible()
        && now.externalTrafficPolicy.equals(old.externalTrafficPolicy)) {
      now.externalTrafficPolicy = "";
    }
    if (!now.type.equals(ServiceDraft.LOAD_BALANCER)) {
      now.ingress = List.of();
    }
  }
}
