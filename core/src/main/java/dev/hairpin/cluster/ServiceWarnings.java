package dev.hairpin.cluster;

import java.util.ArrayList;
import java.util.List;

/** What the API server accepts with a warning. Source: {@code GetWarningsForService} v1.36. */
final class ServiceWarnings {
  private ServiceWarnings() {}

  static List<String> of(ServiceDraft s, ApiFeatures features) {
    List<String> warnings = new ArrayList<>();
    if (s.metadata.annotations().containsKey(ServiceValidation.TOPOLOGY_HINTS)) {
      warnings.add("annotation "
          + ServiceValidation.TOPOLOGY_HINTS
          + " is deprecated, please use "
          + ServiceValidation.TOPOLOGY_MODE
          + " instead");
    }
    if (!s.clusterIp.isEmpty() && !s.clusterIp.equals(ServiceDraft.NONE)) {
      for (int i = 0; i < s.clusterIps.size(); i++) {
        warnings.addAll(AddressTexts.warningsForAddress(
            features, "spec.clusterIPs[" + i + "]", s.clusterIps.get(i)));
      }
    }
    boolean externalName = s.type.equals(ServiceDraft.EXTERNAL_NAME);
    if (s.isHeadless()) {
      if (!s.loadBalancerIp.isEmpty()) {
        warnings.add("spec.loadBalancerIP is ignored for headless services");
      }
      if (!s.externalIps.isEmpty()) {
        warnings.add("spec.externalIPs is ignored for headless services");
      }
      if (!s.sessionAffinity.equals("None")) {
        warnings.add("spec.SessionAffinity is ignored for headless services");
      }
    }
    for (int i = 0; i < s.externalIps.size(); i++) {
      warnings.addAll(AddressTexts.warningsForAddress(
          features, "spec.externalIPs[" + i + "]", s.externalIps.get(i)));
    }
    if (features.externalIpsDeprecated()
        && !externalName
        && !s.isHeadless()
        && !s.externalIps.isEmpty()) {
      warnings.add(
          "spec.externalIPs is deprecated and may no longer be implemented in some clusters");
    }
    if (!s.loadBalancerIp.isEmpty()) {
      warnings.addAll(
          AddressTexts.warningsForAddress(features, "spec.loadBalancerIP", s.loadBalancerIp));
    }
    for (int i = 0; i < s.sourceRanges.size(); i++) {
      warnings.addAll(AddressTexts.warningsForCidr(
          features, "spec.loadBalancerSourceRanges[" + i + "]", s.sourceRanges.get(i)));
    }
    if (externalName && !s.externalIps.isEmpty()) {
      warnings.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    }
    if (!externalName && !s.externalName.isEmpty()) {
      warnings.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    }
    if (features.preferSameZone() && "PreferClose".equals(s.trafficDistribution)) {
      warnings.add(
          "spec.trafficDistribution: \"PreferClose\" is deprecated; use" + " \"PreferSameZone\"");
    }
    return warnings;
  }

  /** Of what a load balancer's controller writes; the server does not name the field below. */
  static List<String> ofStatus(ServiceDraft s, ApiFeatures features) {
    List<String> warnings = new ArrayList<>();
    for (int i = 0; i < s.ingress.size(); i++) {
      warnings.addAll(AddressTexts.warningsForAddress(
          features, "status.loadBalancer.ingress[" + i + "]", s.ingress.get(i).ip()));
    }
    return warnings;
  }
}
