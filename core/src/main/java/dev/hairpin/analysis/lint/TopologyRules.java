package dev.hairpin.analysis.lint;

import dev.hairpin.analysis.explain.ServiceDiagnosis;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.Service;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.ClusterView;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Hints that are asked for and not given, and affinity that sees one client only. */
final class TopologyRules implements LintRule {
  private static final String MODE = "service.kubernetes.io/topology-mode";

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    ServiceDiagnosis diagnosis = new ServiceDiagnosis(state);
    for (Service service : state.list(Service.class)) {
      if (service.spec().ports().isEmpty()) {
        continue;
      }
      String mode = service.metadata().annotations().getOrDefault(MODE, "");
      List<Endpoint> ready = diagnosis.ready(service, service.spec().ports().get(0));
      Set<String> zones = new HashSet<>();
      ready.forEach(e -> {
        if (e.zone() != null) {
          zones.add(e.zone());
        }
      });
      boolean unhinted = ready.stream().anyMatch(e -> e.zoneHints().isEmpty());
      if (mode.equalsIgnoreCase("auto") && !ready.isEmpty() && unhinted) {
        found.accept(new Finding(
            Severity.WARNING,
            "TOPOLOGY_HINTS_MISSING",
            service.key(),
            "metadata.annotations[" + MODE + "]",
            "no hints are given for " + ready.size() + " endpoints in " + zones.size()
                + " zones: they cannot be shared out by the zones' CPUs without overload",
            "trafficDistribution: PreferClose",
            List.of(),
            "svc-30-topology-hints-vanish"));
      }
      boolean masqueraded = service.spec().sessionAffinity() == SessionAffinity.CLIENT_IP
          && service.spec().externalTrafficPolicy() == TrafficPolicy.CLUSTER
          && service.metadata().annotations().keySet().stream()
              .anyMatch(k -> k.contains("aws-load-balancer"));
      if (masqueraded) {
        found.accept(new Finding(
            Severity.INFO,
            "AFFINITY_BEHIND_LOAD_BALANCER",
            service.key(),
            "spec.sessionAffinity",
            "affinity goes by the source address that the node sees; a load balancer that does not"
                + " keep the client's address shows one address for many clients",
            "preserve_client_ip.enabled=true, or stickiness of the target group",
            List.of(),
            "svc-15-affinity-behind-snat"));
      }
    }
  }
}
