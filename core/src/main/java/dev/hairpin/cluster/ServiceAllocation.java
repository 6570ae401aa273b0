package dev.hairpin.cluster;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * What happens between defaulting and validation: the families are settled, then addresses are taken, then node
 * ports. Each step may refuse the request alone, before validation sees the object. What was taken is given back by
 * revert() if anything later fails. What an update no longer uses is not given back here but when the changed
 * object has been stored.
 *
 * Where the original leaks the first address of a dual-stack Service whose second address is refused, it is given
 * back here as in every other case.
 */
/** Takes what one Service needs. Source: {@code alloc.go} of kube-apiserver's Service registry. */
final class ServiceAllocation {
  private static final int DRY_RUN_PORT = 32_768;

  private final ServiceCidrs cidrs;
  private final PortAllocator ports;
  private final ApiFeatures features;
  private final boolean dryRun;
  private final List<IpAddress> takenAddresses = new ArrayList<>();
  private final List<Integer> takenPorts = new ArrayList<>();

  ServiceAllocation(ServiceCidrs cidrs, PortAllocator ports, ApiFeatures features, boolean dryRun) {
    this.cidrs = cidrs;
    this.ports = ports;
    this.features = features;
    this.dryRun = dryRun;
  }

  void forCreate(ServiceDraft s) {
    initFamilies(s, null);
    allocateAddresses(s);
    if (s.takesNodePorts()) {
      allocateNodePorts(s);
    }
    if (s.needsHealthCheckPort()) {
      allocateHealthCheckPort(s);
    }
  }

  void forUpdate(ServiceDraft s, ServiceDraft old) {
    initFamilies(s, old);
    updateAddresses(s, old);
    if (s.takesNodePorts()) {
      updateNodePorts(s, old);
    }
    if (s.needsHealthCheckPort() && !old.needsHealthCheckPort()) {
      allocateHealthCheckPort(s);
    }
  }

  /** Gives back what this request took. */
  void revert() {
    if (!dryRun) {
      takenAddresses.forEach(cidrs::release);
      takenPorts.forEach(ports::release);
    }
    takenAddresses.clear();
    takenPorts.clear();
  }

  private void initFamilies(ServiceDraft s, @Nullable ServiceDraft old) {
    if (!s.needsClusterIp() || isUnchangedPreferDualStack(s, old)) {
      return;
    }
    boolean headlessWithoutSelector =
        s.clusterIp.equals(ServiceDraft.NONE) && (s.selector == null || s.selector.isEmpty());
    if (s.ipFamilyPolicy == null) {
      if (old != null && old.ipFamilyPolicy != null) {
        s.ipFamilyPolicy = old.ipFamilyPolicy;
      } else {
        s.ipFamilyPolicy =
            headlessWithoutSelector ? ServiceDraft.REQUIRE_DUAL_STACK : ServiceDraft.SINGLE_STACK;
      }
    }
    refuse(s, ServiceValidation.ofClusterIps(features, s, old));
    FieldErrors errors = new FieldErrors(features);
    boolean singleStack = s.ipFamilyPolicy.equals(ServiceDraft.SINGLE_STACK);
    if (old != null) {
      releaseSecondary(s, old, singleStack, errors);
    }
    if (singleStack) {
      String what = "must be 'RequireDualStack' or 'PreferDualStack' when multiple ";
      if (s.clusterIps.size() == 2) {
        errors.invalid("spec.ipFamilyPolicy", s.ipFamilyPolicy, what + "cluster IPs are specified");
      }
      if (s.ipFamilies.size() == 2) {
        errors.invalid("spec.ipFamilyPolicy", s.ipFamilyPolicy, what + "IP families are specified");
      }
    }
    inferFamilies(s, errors);
    refuse(s, errors);
    if (headlessWithoutSelector) {
      if (s.ipFamilies.isEmpty()) {
        s.ipFamilies.add(cidrs.defaultFamily().toString());
      }
      if (s.ipFamilies.size() < 2 && !singleStack) {
        s.ipFamilies.add(other(s.ipFamilies.get(0)));
      }
      return;
    }
    if (s.ipFamilyPolicy.equals(ServiceDraft.REQUIRE_DUAL_STACK) && !cidrs.isDualStack()) {
      errors.invalid(
          "spec.ipFamilyPolicy",
          s.ipFamilyPolicy,
          "this cluster is not configured for dual-stack services");
    }
    for (int i = 0; i < s.ipFamilies.size(); i++) {
      if (!cidrs.has(s.ipFamilies.get(i))) {
        errors.invalid(
            "spec.ipFamilies[" + i + "]", s.ipFamilies.get(i), "not configured on this cluster");
      }
    }
    refuse(s, errors);
    if (s.ipFamilies.isEmpty()) {
      s.ipFamilies.add(cidrs.defaultFamily().toString());
    }
    if (!singleStack && s.ipFamilies.size() == 1 && cidrs.isDualStack()) {
      s.ipFamilies.add(other(s.ipFamilies.get(0)));
    }
  }

  /** Such a Service stays as it is, even if the cluster got or lost a family meanwhile. */
  private static boolean isUnchangedPreferDualStack(ServiceDraft s, @Nullable ServiceDraft old) {
    return old != null
        && ServiceDraft.PREFER_DUAL_STACK.equals(s.ipFamilyPolicy)
        && (old.ipFamilyPolicy == null || old.ipFamilyPolicy.equals(ServiceDraft.PREFER_DUAL_STACK))
        && old.type.equals(s.type)
        && s.sameClusterIps(old)
        && s.ipFamilies.equals(old.ipFamilies);
  }

  private static void releaseSecondary(
      ServiceDraft s, ServiceDraft old, boolean singleStack, FieldErrors errors) {
    if (singleStack) {
      if (s.sameClusterIps(old) && s.clusterIps.size() > 1) {
        s.clusterIps = new ArrayList<>(s.clusterIps.subList(0, 1));
      }
      if (s.ipFamilies.equals(old.ipFamilies) && s.ipFamilies.size() > 1) {
        s.ipFamilies = new ArrayList<>(s.ipFamilies.subList(0, 1));
      }
      return;
    }
    if (!s.clusterIps.isEmpty() && s.clusterIps.size() < old.clusterIps.size()) {
      errors.invalid(
          "spec.ipFamilyPolicy",
          s.ipFamilyPolicy,
          "must be 'SingleStack' to release the secondary cluster IP");
    }
    if (!s.ipFamilies.isEmpty() && s.ipFamilies.size() < old.ipFamilies.size()) {
      errors.invalid(
          "spec.ipFamilyPolicy",
          s.ipFamilyPolicy,
          "must be 'SingleStack' to release the secondary IP family");
    }
  }

  private void inferFamilies(ServiceDraft s, FieldErrors errors) {
    for (int i = 0; i < s.clusterIps.size(); i++) {
      String ip = s.clusterIps.get(i);
      if (ip.equals(ServiceDraft.NONE)) {
        return;
      }
      if (i >= s.ipFamilies.size()) {
        String family = AddressTexts.family(ip).toString();
        if (cidrs.has(family)) {
          s.ipFamilies.add(family);
        } else {
          errors.invalid(
              "spec.clusterIPs[" + i + "]",
              s.clusterIps,
              family + " is not configured on this cluster");
        }
      }
    }
  }

  private static void refuse(ServiceDraft s, FieldErrors errors) {
    if (!errors.isEmpty()) {
      throw ApiError.invalid("Service", s.name(), errors);
    }
  }

  private static String other(String family) {
    return family.equals("IPv4") ? "IPv6" : "IPv4";
  }

  private void allocateAddresses(ServiceDraft s) {
    boolean headless = !s.clusterIps.isEmpty() && s.clusterIps.get(0).equals(ServiceDraft.NONE);
    if (!s.needsClusterIp() || headless) {
      return;
    }
    while (s.clusterIps.size() < s.ipFamilies.size()) {
      s.clusterIps.add("");
    }
    for (int i = 0; i < s.ipFamilies.size(); i++) {
      allocateAddress(s, i);
    }
    s.clusterIp = s.clusterIps.get(0);
  }

  private void allocateAddress(ServiceDraft s, int index) {
    IpFamily family = s.ipFamilies.get(index).equals("IPv6") ? IpFamily.IPV6 : IpFamily.IPV4;
    String wished = s.clusterIps.get(index);
    if (wished.isEmpty()) {
      try {
        IpAddress address = dryRun ? cidrs.dryRunAddress(family) : cidrs.allocateNext(family);
        takenAddresses.add(address);
        s.clusterIps.set(index, address.toString());
      } catch (AllocationException e) {
        throw ApiError.internal("failed to allocate a serviceIP for Service "
            + FieldErrors.quote(s.name())
            + ": "
            + e.getMessage());
      }
      return;
    }
    IpAddress address = AddressTexts.parse(wished)
        .orElseThrow(() -> new IllegalStateException("the address was judged before"));
    try {
      if (dryRun) {
        cidrs.checkDryRun(address);
      } else {
        cidrs.allocate(address);
        takenAddresses.add(address);
      }
    } catch (AllocationException e) {
      FieldErrors errors = new FieldErrors(features);
      errors.invalid(
          "spec.clusterIPs",
          s.clusterIps,
          "failed to allocate IP " + wished + ": " + e.getMessage());
      throw ApiError.invalid("Service", s.name(), errors);
    }
  }

  private void updateAddresses(ServiceDraft s, ServiceDraft old) {
    if (isUnchangedPreferDualStack(s, old)) {
      return;
    }
    if (!old.needsClusterIp() && s.needsClusterIp()) {
      allocateAddresses(s);
      return;
    }
    boolean wasHeadless =
        !old.clusterIps.isEmpty() && old.clusterIps.get(0).equals(ServiceDraft.NONE);
    boolean upgraded = old.ipFamilies.size() == 1 && s.ipFamilies.size() == 2;
    if (!wasHeadless && s.needsClusterIp() && upgraded) {
      if (s.clusterIps.size() < 2) {
        s.clusterIps.add("");
      }
      allocateAddress(s, 1);
    }
  }

  /**
   * A port number gets one node port for all its protocols; of several wishes for it the first
   * counts.
   */
  private void allocateNodePorts(ServiceDraft s) {
    Map<Integer, Integer> byPort = new HashMap<>();
    for (int i = 0; i < s.ports.size(); i++) {
      ServiceDraft.Port port = s.ports.get(i);
      if (port.nodePort == 0 && !s.allocatesNodePorts()) {
        continue;
      }
      int shared = byPort.getOrDefault(port.port, 0);
      if (shared == 0) {
        int wished = wishedFor(port.port, s.ports);
        if (wished != 0) {
          takePort(s, i, wished);
          port.nodePort = wished;
        } else {
          port.nodePort = nextPort();
        }
        byPort.put(port.port, port.nodePort);
      } else if (port.nodePort == 0) {
        port.nodePort = shared;
      } else if (port.nodePort != shared) {
        takePort(s, i, port.nodePort);
      }
    }
  }

  private static int wishedFor(int number, List<ServiceDraft.Port> ports) {
    for (ServiceDraft.Port port : ports) {
      if (port.port == number && port.nodePort != 0) {
        return port.nodePort;
      }
    }
    return 0;
  }

  private void updateNodePorts(ServiceDraft s, ServiceDraft old) {
    Set<Integer> owned = new HashSet<>(old.nodePorts());
    Set<Integer> added = new HashSet<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < s.ports.size(); i++) {
      ServiceDraft.Port port = s.ports.get(i);
      if (port.nodePort == 0 && !s.allocatesNodePorts()) {
        continue;
      }
      if (port.nodePort == 0) {
        port.nodePort = nextPort();
      } else if (!owned.contains(port.nodePort) && added.add(port.nodePort)) {
        takePort(s, i, port.nodePort);
      }
      if (!seen.add(port.protocol + " " + port.nodePort)) {
        throw ApiError.unknown("duplicate nodePort: {" + port.protocol + " " + port.nodePort + "}");
      }
    }
  }

  private void takePort(ServiceDraft s, int index, int port) {
    try {
      takePort(port);
    } catch (AllocationException e) {
      FieldErrors errors = new FieldErrors(features);
      errors.invalid("spec.ports[" + index + "].nodePort", port, String.valueOf(e.getMessage()));
      throw ApiError.invalid("Service", s.name(), errors);
    }
  }

  private void takePort(int port) {
    if (dryRun) {
      if (ports.has(port) || takenPorts.contains(port)) {
        throw new AllocationException("provided port is already allocated");
      }
    } else {
      ports.allocate(port);
    }
    takenPorts.add(port);
  }

  private int nextPort() {
    try {
      return takeNextPort();
    } catch (AllocationException e) {
      throw ApiError.internal("failed to allocate a nodePort: " + e.getMessage());
    }
  }

  /** A dry run shows numbers above the default range. */
  private int takeNextPort() {
    int port = dryRun
        ? takenPorts.stream().mapToInt(Integer::intValue).max().orElse(DRY_RUN_PORT) + 1
        : ports.allocateNext();
    takenPorts.add(port);
    return port;
  }

  private void allocateHealthCheckPort(ServiceDraft s) {
    int wished = s.healthCheckNodePort;
    try {
      if (wished != 0) {
        takePort(wished);
      } else {
        s.healthCheckNodePort = takeNextPort();
      }
    } catch (AllocationException e) {
      throw ApiError.internal((wished != 0
              ? "failed to allocate requested HealthCheck NodePort " + wished
              : "failed to allocate a HealthCheck NodePort 0")
          + ": "
          + e.getMessage());
    }
  }
}
