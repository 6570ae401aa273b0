package dev.hairpin.analysis.lint;

import dev.hairpin.analysis.explain.ServiceDiagnosis;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Traffic policies Local on nodes without a pod, and with pods spread unevenly. */
final class LocalPolicyRules implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    ServiceDiagnosis diagnosis = new ServiceDiagnosis(state);
    TreeSet<String> nodes = new TreeSet<>();
    state.list(Node.class).forEach(n -> nodes.add(n.metadata().name()));
    for (Service service : state.list(Service.class)) {
      boolean internal = service.spec().internalTrafficPolicy() == TrafficPolicy.LOCAL;
      boolean external = service.spec().externalTrafficPolicy() == TrafficPolicy.LOCAL;
      if ((!internal && !external) || service.spec().ports().isEmpty()) {
        continue;
      }
      ServicePort port = service.spec().ports().get(0);
      TreeMap<String, Integer> perNode = new TreeMap<>();
      for (Endpoint endpoint : diagnosis.ready(service, port)) {
        if (endpoint.nodeName() != null) {
          perNode.merge(endpoint.nodeName(), 1, Integer::sum);
        }
      }
      TreeSet<String> without = new TreeSet<>(nodes);
      without.removeAll(perNode.keySet());
      if (!perNode.isEmpty()) {
        if (internal && !without.isEmpty()) {
          found.accept(blackHole(service, "spec.internalTrafficPolicy", without, "pods and nodes")
              .suggesting(List.of("trafficDistribution: PreferSameNode")));
        }
        if (external) {
          external(service, without, perNode, found);
        }
      }
    }
  }

  private static void external(
      Service service, Set<String> without, Map<String, Integer> perNode, Consumer<Finding> found) {
    boolean checked = service.spec().type() == ServiceType.LOAD_BALANCER;
    if (!checked && !without.isEmpty()) {
      found.accept(
          blackHole(service, "spec.externalTrafficPolicy", without, "clients from outside"));
    }
    int most = perNode.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    int least = perNode.values().stream().mapToInt(Integer::intValue).min().orElse(0);
    if (most > least) {
      found.accept(new Finding(
          Severity.WARNING,
          "LOCAL_POLICY_IMBALANCE",
          service.key(),
          "spec.externalTrafficPolicy",
          "a node gets its share whatever number of pods it has: nodes have " + least + " to "
              + most + " ready pods, so a pod that is alone gets " + most
              + " times what a pod of the fullest node gets",
          "spread the pods evenly (topologySpreadConstraints, DaemonSet)",
          List.of(),
          "svc-20-etp-local-imbalance"));
    }
  }

  private static Finding blackHole(
      Service service, String field, Set<String> without, String whose) {
    Finding finding = Finding.of(
        Severity.WARNING,
        Reason.NO_LOCAL_ENDPOINTS,
        service,
        field,
        "the policy is Local and " + without.size() + " nodes have no ready pod: packets of "
            + whose + " are dropped there (" + String.join(", ", without) + ")");
    return field.contains("internal")
        ? new Finding(
            finding.severity(),
            finding.code(),
            finding.object(),
            field,
            finding.text(),
            finding.fix(),
            List.of(),
            "svc-18-itp-local")
        : finding;
  }
}
