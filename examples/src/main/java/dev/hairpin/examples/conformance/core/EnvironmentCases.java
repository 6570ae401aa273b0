package dev.hairpin.examples.conformance.core;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.environment.EnvironmentException;
import dev.hairpin.cluster.environment.ServiceVariables;
import dev.hairpin.manifest.KubeObjects;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Cases of kind {@code envvars}, the variables that Services become in their order, and
 * {@code containerenv}, all variables of a pod's first container, sorted.
 */
final class EnvironmentCases implements CoreCaseRunner {

  @Override
  public Set<String> kinds() {
    return Set.of("envvars", "containerenv");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    List<Service> services = recorded.objects("services").stream()
        .map(tree -> (Service) object("Service", tree))
        .toList();
    Map<String, Object> actual = new LinkedHashMap<>();
    if (recorded.kind().equals("envvars")) {
      actual.put(
          "env", ServiceVariables.of(services).stream().map(Object::toString).toList());
    } else {
      try {
        actual.put("env(sorted)", environment(recorded, services));
      } catch (EnvironmentException e) {
        actual.put("error", e.getMessage());
      }
    }
    return Trees.firstDifference(recorded.expected(), actual);
  }

  @SuppressWarnings("unchecked") // the case's pod is a map
  private static List<String> environment(CoreCase recorded, List<Service> services) {
    Map<ObjectKey, KubeObject> objects = new HashMap<>();
    Stream.concat(
            recorded.objects("configMaps").stream().map(tree -> object("ConfigMap", tree)),
            recorded.objects("secrets").stream().map(tree -> object("Secret", tree)))
        .forEach(object -> objects.put(object.key(), (GenericObject) object));
    Pod pod =
        (Pod) object("Pod", (Map<String, Object>) recorded.input().getOrDefault("pod", Map.of()));
    Object name = recorded.input().get("container");
    return Environment.of(
            pod,
            pod.spec().containers().stream()
                .filter(c -> name == null || c.name().equals(name))
                .findFirst()
                .orElseThrow(),
            services,
            key -> Optional.ofNullable(objects.get(key)))
        .variables()
        .stream()
        .map(Object::toString)
        .sorted()
        .toList();
  }

  /** The recordings leave kind and version out where the place says them. */
  private static KubeObject object(String kind, Map<String, Object> tree) {
    Map<String, Object> whole = new LinkedHashMap<>(tree);
    whole.put("kind", kind);
    whole.put("apiVersion", "v1");
    return KubeObjects.fromTree(whole);
  }
}
