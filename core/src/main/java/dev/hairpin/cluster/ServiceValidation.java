package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LoadBalancerIngress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges Services. Source: {@code ValidateService} and its kin of kube-apiserver v1.36. */
final class ServiceValidation {
  static final String TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
  static final String TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
  private static final String SOURCE_RANGES =
      "service.beta.kubernetes.io/load-balancer-source-ranges";
  private static final int KUBELET_PORT = 10_250;
  private static final List<String> TYPES = List.of(
      ServiceDraft.CLUSTER_IP,
      ServiceDraft.EXTERNAL_NAME,
      ServiceDraft.LOAD_BALANCER,
      ServiceDraft.NODE_PORT);
  static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
  private static final List<String> POLICIES = List.of("Cluster", "Local");
  private static final String ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

  private final ApiFeatures features;
  private final FieldErrors errors;
  private final ServiceDraft s;
  private final @Nullable ServiceDraft old;

  private ServiceValidation(ApiFeatures features, ServiceDraft s, @Nullable ServiceDraft old) {
    this.features = features;
    this.errors = new FieldErrors(features);
    this.s = s;
    this.old = old;
  }

  /** Judges a new Service. */
  static FieldErrors ofNew(ApiFeatures features, ServiceDraft s) {
    ServiceValidation validation = new ServiceValidation(features, s, null);
    MetadataValidation.ofNew(
        validation.errors,
        s.metadata,
        features.relaxedServiceNames() ? NameRules::dnsLabel : NameRules::dns1035Label);
    MetadataValidation.standardFinalizers(validation.errors, s.metadata);
    validation.service();
    return validation.errors;
  }

  /** Judges a Service that replaces another; its name was judged when it was new. */
  static FieldErrors ofUpdate(ApiFeatures features, ServiceDraft s, ServiceDraft old) {
    ServiceValidation validation = new ServiceValidation(features, s, old);
    MetadataValidation.ofUpdate(validation.errors, s.metadata, old.metadata);
    MetadataValidation.standardFinalizers(validation.errors, s.metadata);
    validation.clusterIpChanges(old);
    validation.familyChanges(old);
    validation.classChange(old);
    if (old.needsHealthCheckPort()
        && s.needsHealthCheckPort()
        && old.healthCheckNodePort != s.healthCheckNodePort) {
      validation.errors.forbidden("spec.healthCheckNodePort", "field is immutable");
    }
    validation.service();
    return validation.errors;
  }

  /** Judges ClusterIPs, families and policy alone, as the family initialisation does first. */
  static FieldErrors ofClusterIps(
      ApiFeatures features, ServiceDraft s, @Nullable ServiceDraft old) {
    ServiceValidation validation = new ServiceValidation(features, s, old);
    validation.clusterIps();
    return validation.errors;
  }

  /** Judges what a load balancer's controller writes. */
  static FieldErrors ofStatus(ApiFeatures features, ServiceDraft s, ServiceDraft old) {
    ServiceValidation validation = new ServiceValidation(features, s, old);
    MetadataValidation.ofUpdate(validation.errors, s.metadata, old.metadata);
    MetadataValidation.standardFinalizers(validation.errors, s.metadata);
    validation.status();
    return validation.errors;
  }

  private void service() {
    @Nullable String hints = s.metadata.annotations().get(TOPOLOGY_HINTS);
    @Nullable String mode = s.metadata.annotations().get(TOPOLOGY_MODE);
    if (hints != null && mode != null && !hints.equals(mode)) {
      errors.invalid(
          "metadata.annotations[" + TOPOLOGY_MODE + "]",
          mode,
          "must match annotations[" + TOPOLOGY_HINTS + "] when both are specified");
    }
    if (s.ports.isEmpty() && !isHeadless() && !s.type.equals(ServiceDraft.EXTERNAL_NAME)) {
      errors.required("spec.ports", "");
    }
    byType();
    ports();
    if (s.selector != null) {
      NameRules.labels(errors, "spec.selector", s.selector);
    }
    affinity();
    clusterIps();
    externalIps();
    if (!TYPES.contains(s.type)) {
      errors.notSupported("spec.type", s.type, TYPES);
    }
    nodePorts();
    samePorts();
    sourceRanges();
    if (s.allocateNodePorts != null && !isLoadBalancer()) {
      errors.forbidden("spec.allocateLoadBalancerNodePorts", ONLY_LOAD_BALANCER);
    }
    loadBalancerClass();
    externalTraffic();
    internalTraffic();
    distribution();
  }

  /** Headless whatever the type, as the validation's own test has it. */
  private boolean isHeadless() {
    return s.clusterIps.size() == 1 && s.clusterIps.get(0).equals(ServiceDraft.NONE);
  }

  private boolean isLoadBalancer() {
    return s.type.equals(ServiceDraft.LOAD_BALANCER);
  }

  private void byType() {
    switch (s.type) {
      case ServiceDraft.LOAD_BALANCER -> {
        for (int i = 0; features.kubeletPortReserved() && i < s.ports.size(); i++) {
          if (s.ports.get(i).port == KUBELET_PORT) {
            errors.invalid(
                "spec.ports[" + i + "]",
                KUBELET_PORT,
                "may not expose port " + KUBELET_PORT + " externally since it is used by kubelet");
          }
        }
        refuseHeadless();
      }
      case ServiceDraft.NODE_PORT -> refuseHeadless();
      case ServiceDraft.EXTERNAL_NAME -> externalName();
      default -> {
        // nothing that the type alone forbids
      }
    }
  }

  private void refuseHeadless() {
    if (isHeadless()) {
      errors.invalid(
          "spec.clusterIPs[0]",
          ServiceDraft.NONE,
          "may not be set to 'None' for " + s.type + " services");
    }
  }

  private void externalName() {
    String refusal = "may not be set for ExternalName services";
    if (!s.clusterIps.isEmpty()) {
      errors.forbidden("spec.clusterIPs", refusal);
    }
    if (!s.ipFamilies.isEmpty()) {
      errors.forbidden("spec.ipFamilies", refusal);
    }
    if (s.ipFamilyPolicy != null) {
      errors.forbidden("spec.ipFamilyPolicy", refusal);
    }
    String name = s.externalName.endsWith(".")
        ? s.externalName.substring(0, s.externalName.length() - 1)
        : s.externalName;
    if (name.isEmpty()) {
      errors.required("spec.externalName", "");
    } else {
      errors.invalid("spec.externalName", name, NameRules.dnsSubdomain(name));
    }
  }

  private void ports() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < s.ports.size(); i++) {
      port("spec.ports[" + i + "].", s.ports.get(i), names);
    }
  }

  private void port(String path, ServiceDraft.Port port, Set<String> names) {
    if (port.name.isEmpty()) {
      if (s.ports.size() > 1) {
        errors.required(path + "name", "");
      }
    } else {
      errors.invalid(path + "name", port.name, NameRules.dnsLabel(port.name));
      if (!names.add(port.name)) {
        errors.duplicate(path + "name", port.name);
      }
    }
    errors.invalid(path + "port", port.port, NameRules.portNumber(port.port));
    if (!PROTOCOLS.contains(port.protocol)) {
      errors.notSupported(path + "protocol", port.protocol, PROTOCOLS);
    }
    IntOrString target = port.targetPort;
    if (target.name() == null) {
      errors.invalid(path + "targetPort", target.number(), NameRules.portNumber(target.number()));
    } else {
      errors.invalid(path + "targetPort", target.name(), NameRules.portName(target.name()));
    }
    if (port.appProtocol != null) {
      errors.invalid(
          path + "appProtocol", port.appProtocol, NameRules.qualifiedName(port.appProtocol));
    }
  }

  private void affinity() {
    if (!List.of("ClientIP", "None").contains(s.sessionAffinity)) {
      errors.notSupported("spec.sessionAffinity", s.sessionAffinity, List.of("ClientIP", "None"));
    }
    if (s.sessionAffinity.equals("ClientIP") && s.affinityTimeout != null) {
      int timeout = s.affinityTimeout;
      // 86400 passes, whatever the text says
      if (timeout <= 0 || timeout > 86_400) {
        errors.invalid(
            "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
            timeout,
            "must be greater than 0 and less than 86400");
      }
    }
  }

  private void clusterIps() {
    if (s.type.equals(ServiceDraft.EXTERNAL_NAME)) {
      return;
    }
    if (!s.clusterIp.isEmpty()) {
      if (s.clusterIps.isEmpty()) {
        errors.required("spec.clusterIPs", "");
      } else if (!s.clusterIps.get(0).equals(s.clusterIp)) {
        errors.invalid("spec.clusterIPs", s.clusterIps, "first value must match `clusterIP`");
      }
    } else if (!s.clusterIps.isEmpty()) {
      errors.invalid(
          "spec.clusterIPs", s.clusterIps, "must be empty when `clusterIP` is not specified");
    }
    familyTexts();
    boolean unreadable = false;
    for (int i = 0; i < s.clusterIps.size(); i++) {
      String ip = s.clusterIps.get(i);
      if (i == 0 && ip.equals(ServiceDraft.NONE)) {
        if (s.clusterIps.size() > 1) {
          unreadable = true;
          errors.invalid(
              "spec.clusterIPs", s.clusterIps, "'None' must be the first and only value");
        }
        continue;
      }
      int before = errors.size();
      AddressTexts.address(
          errors,
          features,
          "spec.clusterIPs[" + i + "]",
          ip,
          old == null ? List.of() : old.clusterIps);
      unreadable |= errors.size() > before;
    }
    if (s.clusterIps.size() > 2) {
      errors.invalid("spec.clusterIPs", s.clusterIps, "may only hold up to 2 values");
    }
    if (unreadable) {
      return;
    }
    if (s.clusterIps.size() > 1 && !isDualStack()) {
      errors.invalid(
          "spec.clusterIPs", s.clusterIps, "may specify no more than one IP for each IP family");
    }
    if (!isHeadless()) {
      familiesMatch();
    }
  }

  private void familyTexts() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < s.ipFamilies.size(); i++) {
      String family = s.ipFamilies.get(i);
      String path = "spec.ipFamilies[" + i + "]";
      if (!List.of("IPv4", "IPv6").contains(family)) {
        errors.notSupported(path, family, List.of("IPv4", "IPv6"));
      }
      if (!seen.add(family)) {
        errors.duplicate(path, family);
      }
    }
    List<String> policies = List.of(
        ServiceDraft.PREFER_DUAL_STACK, ServiceDraft.REQUIRE_DUAL_STACK, ServiceDraft.SINGLE_STACK);
    if (s.ipFamilyPolicy != null && !policies.contains(s.ipFamilyPolicy)) {
      errors.notSupported("spec.ipFamilyPolicy", s.ipFamilyPolicy, policies);
    }
  }

  /** At least one of each family, as Go's helper has it; more than two are refused apart. */
  private boolean isDualStack() {
    long v6 = s.clusterIps.stream().filter(AddressTexts::isV6).count();
    return v6 > 0 && v6 < s.clusterIps.size();
  }

  private void familiesMatch() {
    for (int i = 0; i < Math.min(s.clusterIps.size(), s.ipFamilies.size()); i++) {
      String family = s.ipFamilies.get(i);
      boolean v6 = AddressTexts.isV6(s.clusterIps.get(i));
      if ((family.equals("IPv4") && v6) || (family.equals("IPv6") && !v6)) {
        errors.invalid(
            "spec.clusterIPs[" + i + "]",
            s.clusterIps.get(i),
            "expected an " + family + " value as indicated by `ipFamilies[" + i + "]`");
      }
    }
  }

  private void externalIps() {
    List<String> existing = old == null ? List.of() : old.externalIps;
    for (int i = 0; i < s.externalIps.size(); i++) {
      String path = "spec.externalIPs[" + i + "]";
      int before = errors.size();
      AddressTexts.address(errors, features, path, s.externalIps.get(i), existing);
      if (errors.size() == before) {
        AddressTexts.special(errors, path, s.externalIps.get(i));
      }
    }
  }

  private void nodePorts() {
    if (s.type.equals(ServiceDraft.CLUSTER_IP)) {
      for (int i = 0; i < s.ports.size(); i++) {
        if (s.ports.get(i).nodePort != 0) {
          errors.forbidden(
              "spec.ports[" + i + "].nodePort", "may not be used when `type` is 'ClusterIP'");
        }
      }
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < s.ports.size(); i++) {
      ServiceDraft.Port port = s.ports.get(i);
      if (port.nodePort != 0 && !seen.add(port.protocol + port.nodePort)) {
        errors.duplicate("spec.ports[" + i + "].nodePort", port.nodePort);
      }
    }
  }

  private void samePorts() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < s.ports.size(); i++) {
      ServiceDraft.Port port = s.ports.get(i);
      if (!seen.add(port.protocol + port.port)) {
        errors.duplicate("spec.ports[" + i + "]", shown(port));
      }
    }
  }

  /** The server prints a port that has nothing but protocol and number. */
  private static FieldErrors.Shown shown(ServiceDraft.Port port) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("Name", "");
    json.put("Protocol", port.protocol);
    json.put("AppProtocol", null);
    json.put("Port", port.port);
    json.put("TargetPort", 0);
    json.put("NodePort", 0);
    return new FieldErrors.Shown(
        json,
        "core.ServicePort{Name:\"\", Protocol:"
            + FieldErrors.quote(port.protocol)
            + ", AppProtocol:(*string)(nil), Port:"
            + port.port
            + ", TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}");
  }

  private void sourceRanges() {
    List<String> existing = old == null ? List.of() : old.sourceRanges;
    @Nullable String annotation = s.metadata.annotations().get(SOURCE_RANGES);
    if (!s.sourceRanges.isEmpty()) {
      String path = "spec.LoadBalancerSourceRanges";
      if (!isLoadBalancer()) {
        errors.forbidden(path, ONLY_LOAD_BALANCER);
      }
      for (int i = 0; i < s.sourceRanges.size(); i++) {
        AddressTexts.cidr(
            errors,
            features,
            path + "[" + i + "]",
            s.sourceRanges.get(i).trim(),
            trimmed(existing));
      }
    } else if (annotation != null) {
      String path = "metadata.annotations[" + SOURCE_RANGES + "]";
      if (!isLoadBalancer()) {
        errors.forbidden(path, ONLY_LOAD_BALANCER);
      }
      @Nullable String before = old == null ? null : old.metadata.annotations().get(SOURCE_RANGES);
      List<String> known =
          before == null ? List.of() : trimmed(Arrays.asList(before.split(",", -1)));
      if (!annotation.isBlank()) {
        for (String value : annotation.trim().split(",", -1)) {
          AddressTexts.cidr(errors, features, path, value.trim(), known);
        }
      }
    }
  }

  private static List<String> trimmed(List<String> values) {
    return values.stream().map(String::trim).toList();
  }

  private void loadBalancerClass() {
    if (s.loadBalancerClass == null) {
      return;
    }
    if (isLoadBalancer()) {
      errors.invalid(
          "spec.loadBalancerClass",
          s.loadBalancerClass,
          NameRules.qualifiedName(s.loadBalancerClass));
    } else {
      errors.forbidden("spec.loadBalancerClass", ONLY_LOAD_BALANCER);
    }
  }

  private void externalTraffic() {
    if (!s.isExternallyAccessible()) {
      if (!s.externalTrafficPolicy.isEmpty()) {
        errors.invalid(
            "spec.externalTrafficPolicy",
            s.externalTrafficPolicy,
            "may only be set for externally-accessible services");
      }
    } else if (!POLICIES.contains(s.externalTrafficPolicy)) {
      errors.notSupported("spec.externalTrafficPolicy", s.externalTrafficPolicy, POLICIES);
    }
    if (!s.needsHealthCheckPort()) {
      if (s.healthCheckNodePort != 0) {
        errors.invalid(
            "spec.healthCheckNodePort",
            s.healthCheckNodePort,
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
      }
    } else if (s.healthCheckNodePort == 0) {
      errors.required("spec.healthCheckNodePort", "");
    } else {
      errors.invalid(
          "spec.healthCheckNodePort",
          s.healthCheckNodePort,
          NameRules.portNumber(s.healthCheckNodePort));
    }
  }

  private void internalTraffic() {
    if (s.internalTrafficPolicy != null && !POLICIES.contains(s.internalTrafficPolicy)) {
      errors.notSupported("spec.internalTrafficPolicy", s.internalTrafficPolicy, POLICIES);
    }
  }

  private void distribution() {
    List<String> supported = features.preferSameZone()
        ? List.of("PreferClose", "PreferSameZone", "PreferSameNode")
        : List.of("PreferClose");
    if (s.trafficDistribution != null && !supported.contains(s.trafficDistribution)) {
      errors.notSupported("spec.trafficDistribution", s.trafficDistribution, supported);
    }
  }

  private void clusterIpChanges(ServiceDraft before) {
    if (!s.needsClusterIp() || !before.needsClusterIp()) {
      return;
    }
    if (isHeadless() && isHeadless(before)) {
      return;
    }
    if (before.clusterIps.size() == s.clusterIps.size()) {
      for (int i = 0; i < s.clusterIps.size(); i++) {
        if (!s.clusterIps.get(i).equals(before.clusterIps.get(i))) {
          errors.invalid("spec.clusterIPs[" + i + "]", s.clusterIps, "may not change once set");
        }
      }
      return;
    }
    boolean released = before.clusterIps.size() > s.clusterIps.size();
    if (released && s.clusterIps.isEmpty()) {
      errors.invalid(
          "spec.clusterIPs[0]", unset(s.clusterIps), "primary clusterIP can not be unset");
    }
    if (!before.clusterIps.isEmpty()
        && !s.clusterIps.isEmpty()
        && !s.clusterIps.get(0).equals(before.clusterIps.get(0))) {
      errors.invalid("spec.clusterIPs[0]", s.clusterIps, "may not change once set");
    }
    if (released && s.clusterIps.size() == 1 && !isSingleStack()) {
      errors.invalid(
          "spec.ipFamilyPolicy",
          s.ipFamilyPolicy,
          "must be set to 'SingleStack' when releasing the secondary clusterIP");
    }
  }

  private static FieldErrors.Shown unset(List<String> empty) {
    return new FieldErrors.Shown(empty.isEmpty() ? null : empty, "[]string(nil)");
  }

  private static boolean isHeadless(ServiceDraft draft) {
    return draft.clusterIps.size() == 1 && draft.clusterIps.get(0).equals(ServiceDraft.NONE);
  }

  private boolean isSingleStack() {
    return ServiceDraft.SINGLE_STACK.equals(s.ipFamilyPolicy);
  }

  /**
   * The server points at the first family whichever changed, and where the number of families
   * changed too it shows the addresses as the bad value.
   */
  private void familyChanges(ServiceDraft before) {
    if (!s.needsClusterIp() || !before.needsClusterIp() || isHeadless() || isHeadless(before)) {
      return;
    }
    String path = "spec.ipFamilies[0]";
    if (before.ipFamilies.size() == s.ipFamilies.size()) {
      for (int i = 0; i < s.ipFamilies.size(); i++) {
        if (!s.ipFamilies.get(i).equals(before.ipFamilies.get(i))) {
          errors.invalid(path, families(), "may not change once set");
        }
      }
      return;
    }
    boolean released = before.ipFamilies.size() > s.ipFamilies.size();
    if (released && s.clusterIps.isEmpty()) {
      errors.invalid(path, families(), "primary ipFamily can not be unset");
    }
    if (!before.ipFamilies.isEmpty()
        && !s.ipFamilies.isEmpty()
        && !s.ipFamilies.get(0).equals(before.ipFamilies.get(0))) {
      errors.invalid(path, s.clusterIps, "may not change once set");
    }
    if (released && s.ipFamilies.size() == 1 && !isSingleStack()) {
      errors.invalid(
          "spec.ipFamilyPolicy",
          s.ipFamilyPolicy,
          "must be set to 'SingleStack' when releasing the secondary ipFamily");
    }
  }

  private FieldErrors.Shown families() {
    String go = s.ipFamilies.stream()
        .map(FieldErrors::quote)
        .collect(java.util.stream.Collectors.joining(", ", "[]core.IPFamily{", "}"));
    return new FieldErrors.Shown(s.ipFamilies.isEmpty() ? null : s.ipFamilies, go);
  }

  private void classChange(ServiceDraft before) {
    if (before.type.equals(ServiceDraft.LOAD_BALANCER)
        && isLoadBalancer()
        && !Objects.equals(before.loadBalancerClass, s.loadBalancerClass)) {
      errors.invalid("spec.loadBalancerClass", s.loadBalancerClass, "may not change once set");
    }
    // The class is judged here and once more with the whole Service; the message has it once.
    loadBalancerClass();
  }

  private void status() {
    String path = "status.loadBalancer.ingress";
    if (!isLoadBalancer() && !s.ingress.isEmpty()) {
      errors.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'");
      return;
    }
    List<String> existing = old == null
        ? List.of()
        : old.ingress.stream().map(LoadBalancerIngress::ip).toList();
    for (int i = 0; i < s.ingress.size(); i++) {
      ingress(path + "[" + i + "].", s.ingress.get(i), existing);
    }
  }

  private void ingress(String path, LoadBalancerIngress ingress, List<String> existing) {
    if (!ingress.ip().isEmpty()) {
      AddressTexts.address(errors, features, path + "ip", ingress.ip(), existing);
    }
    @Nullable String mode = ingress.ipMode();
    if (mode == null) {
      if (!ingress.ip().isEmpty()) {
        errors.required(path + "ipMode", "must be specified when `ip` is set");
      }
    } else if (ingress.ip().isEmpty()) {
      errors.forbidden(path + "ipMode", "may not be specified when `ip` is not set");
    } else if (!List.of("Proxy", "VIP").contains(mode)) {
      errors.notSupported(path + "ipMode", mode, List.of("Proxy", "VIP"));
    }
    if (!ingress.hostname().isEmpty()) {
      errors.invalid(
          path + "hostname", ingress.hostname(), NameRules.dnsSubdomain(ingress.hostname()));
      if (AddressTexts.parse(ingress.hostname()).isPresent()) {
        errors.invalid(
            path + "hostname", ingress.hostname(), "must be a DNS name, not an IP address");
      }
    }
  }
}
