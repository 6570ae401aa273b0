package dev.hairpin.analysis.lint;

import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A selector that matches pods of several workloads, of which some do not declare the port that the
 * Service sends to. Two versions that both serve it, as in a canary release, are no fault.
 */
final class SelectorBreadthRule implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    for (Service service : state.list(Service.class)) {
      TreeMap<String, List<Pod>> byWorkload = Members.of(service, state).stream()
          .collect(Collectors.groupingBy(
              p -> Members.workload(p, state), TreeMap::new, Collectors.toList()));
      if (byWorkload.size() < 2) {
        continue;
      }
      for (ServicePort port : service.spec().ports()) {
        TreeSet<String> serving = new TreeSet<>();
        TreeSet<String> foreign = new TreeSet<>();
        byWorkload.forEach((workload, pods) ->
            (pods.stream().allMatch(p -> serves(p, port)) ? serving : foreign).add(workload));
        if (!serving.isEmpty() && !foreign.isEmpty()) {
          long strangers =
              foreign.stream().mapToLong(w -> sizeOf(byWorkload, w)).sum();
          long all = byWorkload.values().stream().mapToLong(List::size).sum();
          found.accept(Finding.of(
              Severity.WARNING,
              Reason.SELECTOR_TOO_BROAD,
              service,
              "spec.selector",
              "endpoints belong to " + byWorkload.size() + " different workloads, of which "
                  + String.join(", ", foreign) + " does not declare port " + port.targetPort()
                  + ": " + strangers + " of " + all + " pods"));
        }
      }
    }
  }

  private static int sizeOf(Map<String, List<Pod>> byWorkload, String workload) {
    return byWorkload.getOrDefault(workload, List.of()).size();
  }

  private static boolean serves(Pod pod, ServicePort port) {
    @Nullable String name = port.targetPort().name();
    return Members.ports(pod).stream()
        .anyMatch(p -> p.protocol() == port.protocol()
            && (name == null
                ? p.containerPort() == port.targetPort().number()
                : p.name().equals(name)));
  }
}
