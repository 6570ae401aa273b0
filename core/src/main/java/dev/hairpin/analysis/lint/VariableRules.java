package dev.hairpin.analysis.lint;

import dev.hairpin.api.Container;
import dev.hairpin.api.EnvVar;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.environment.EnvironmentAdvice;
import dev.hairpin.cluster.environment.ServiceVariables;
import dev.hairpin.cluster.environment.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Variables that Services set: those that a program would read as its own setting, those that two
 * Services make, and too many of them.
 */
final class VariableRules implements LintRule {

  /** What a program is given beside a port to find a server, such as {@code REDIS_HOST}. */
  private static final Set<String> SETTINGS = Set.of(
      "HOST",
      "HOSTNAME",
      "ADDR",
      "ADDRESS",
      "SERVER",
      "USER",
      "USERNAME",
      "PASSWORD",
      "DATABASE",
      "DB",
      "VHOST");

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    Map<String, List<Service>> byNamespace = new TreeMap<>();
    state
        .list(Service.class)
        .forEach(s -> byNamespace
            .computeIfAbsent(s.metadata().namespace(), n -> new ArrayList<>())
            .add(s));
    byNamespace.forEach((namespace, services) -> collisions(services, found));
    Set<String> told = new HashSet<>();
    Map<String, Long> sizes = new HashMap<>();
    for (Pod pod : state.list(Pod.class)) {
      String workload = pod.metadata().namespace() + "/" + Members.workload(pod, state);
      if (pod.spec().enableServiceLinks() && told.add(workload)) {
        List<Service> visible = Environment.visible(pod, state.list(Service.class));
        traps(pod, visible, found);
        size(pod, sizes, visible, found);
      }
    }
  }

  private static void collisions(List<Service> services, Consumer<Finding> found) {
    Map<String, Service> first = new HashMap<>();
    Set<String> told = new HashSet<>();
    for (Service service : services) {
      for (Variable variable : ServiceVariables.of(service)) {
        @Nullable Service other = first.putIfAbsent(variable.name(), service);
        boolean differs = other != null && other != service;
        if (other != null && differs && told.add(other.metadata().name() + service.key())) {
          found.accept(new Finding(
              Severity.WARNING,
              "ENV_COLLISION",
              service.key(),
              "metadata.name",
              "this Service and " + other.key().namespacedName() + " both make " + variable.name()
                  + "; which one a container gets is left to chance",
              "rename one of them",
              List.of(),
              "env-03-name-clash"));
        }
      }
    }
  }

  /** A container that is told the host or user of a Service probably reads its PORT too. */
  private static void traps(Pod pod, List<Service> visible, Consumer<Finding> found) {
    for (Service service : visible) {
      String prefix = ServiceVariables.upper(service.metadata().name()) + "_";
      String port = prefix + "PORT";
      for (Container container : pod.spec().containers()) {
        List<String> own = container.env().stream().map(EnvVar::name).toList();
        boolean makes =
            ServiceVariables.of(service).stream().anyMatch(v -> v.name().equals(port));
        List<String> siblings = own.stream()
            .filter(n -> n.startsWith(prefix) && SETTINGS.contains(n.substring(prefix.length())))
            .sorted()
            .toList();
        if (makes && !own.contains(port) && !siblings.isEmpty()) {
          found.accept(new Finding(
              Severity.WARNING,
              "ENV_CLASH",
              pod.key(),
              "spec.containers[" + pod.spec().containers().indexOf(container) + "].env",
              "Service " + service.metadata().name() + " sets " + port + " to \""
                  + valueOf(service, port) + "\"; the program is given " + siblings.get(0)
                  + ", so it may read " + port + " as a number",
              "set " + port + " explicitly, or enableServiceLinks: false",
              List.of(),
              "env-03-name-clash"));
        }
      }
    }
  }

  private static String valueOf(Service service, String name) {
    return ServiceVariables.of(service).stream()
        .filter(v -> v.name().equals(name))
        .map(Variable::value)
        .findFirst()
        .orElse("");
  }

  private static void size(
      Pod pod, Map<String, Long> sizes, List<Service> visible, Consumer<Finding> found) {
    String namespace = pod.metadata().namespace();
    long bytes = sizes.computeIfAbsent(
        namespace, n -> new Environment(ServiceVariables.of(visible)).sizeBytes());
    if (bytes > EnvironmentAdvice.SIZE_LIMIT / 4) {
      found.accept(new Finding(
          bytes > EnvironmentAdvice.SIZE_LIMIT ? Severity.ERROR : Severity.WARNING,
          "ENV_TOO_LARGE",
          pod.key(),
          "spec.enableServiceLinks",
          "the variables of " + visible.size() + " Services take " + bytes + " of the "
              + EnvironmentAdvice.SIZE_LIMIT + " bytes that Linux allows for arguments and"
              + " environment",
          "enableServiceLinks: false",
          List.of(),
          "env-04-argument-list-too-long"));
    }
  }
}
