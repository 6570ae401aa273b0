package dev.hairpin.analysis.lint;

import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ClusterView;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Names that lead elsewhere than their readers think, or nowhere. */
final class NameRules implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    Set<String> told = new HashSet<>();
    for (Pod pod : state.list(Pod.class)) {
      if (told.add(pod.metadata().namespace() + "/" + Members.workload(pod, state))) {
        aliases(pod, state, found);
      }
    }
    for (StatefulSet set : state.list(StatefulSet.class)) {
      peers(set, state, found);
    }
  }

  private static void aliases(Pod pod, ClusterView state, Consumer<Finding> found) {
    int index = 0;
    for (Map<String, Object> alias : pod.spec().hostAliases()) {
      if (alias.get("hostnames") instanceof List<?> names) {
        for (Object name : names) {
          String text = String.valueOf(name);
          String first = text.contains(".") ? text.substring(0, text.indexOf('.')) : text;
          Optional<Service> service = state.get(Service.class, pod.metadata().namespace(), first);
          if (service.isPresent() && (text.equals(first) || text.contains(".svc"))) {
            found.accept(new Finding(
                Severity.WARNING,
                "HOST_ALIAS_SHADOWS_SERVICE",
                pod.key(),
                "spec.hostAliases[" + index + "]",
                "/etc/hosts is read before DNS, so \"" + text + "\" is " + alias.get("ip")
                    + " in this pod and not Service " + service.get().key().namespacedName(),
                "remove the alias",
                List.of(),
                "dns-12-hostaliases"));
          }
        }
      }
      index++;
    }
  }

  /** Peers that wait for each other's names while names wait for readiness. */
  private static void peers(StatefulSet set, ClusterView state, Consumer<Finding> found) {
    Optional<Service> service =
        state.get(Service.class, set.metadata().namespace(), set.serviceName());
    boolean probed =
        set.template().spec().containers().stream().anyMatch(c -> c.readinessProbe() != null);
    if (service.isPresent()
        && service.get().spec().isHeadless()
        && !service.get().spec().publishNotReadyAddresses()
        && probed
        && set.replicas() > 1) {
      found.accept(new Finding(
          Severity.INFO,
          "PEERS_WAIT_FOR_READINESS",
          service.get().key(),
          "spec.publishNotReadyAddresses",
          "the " + set.replicas() + " pods of StatefulSet " + set.metadata().name()
              + " have names only once they are ready; if they find each other by name before"
              + " that, none ever gets ready",
          "publishNotReadyAddresses: true on the headless Service",
          List.of(),
          "dns-07-publishnotready"));
    }
  }
}
