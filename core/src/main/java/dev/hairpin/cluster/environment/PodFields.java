package dev.hairpin.cluster.environment;

import dev.hairpin.api.Container;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Quantity;
import dev.hairpin.render.Escape;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code fieldRef} and {@code resourceFieldRef} when a container starts.
 *
 * <p>Source: {@code podFieldSelectorRuntimeValue} and {@code containerResourceRuntimeValue} of the
 * kubelet v1.36, {@code pkg/fieldpath}, {@code ExtractContainerResourceValue}. The addresses of the
 * host are asked of the node, as the pod's own status does not have them yet.
 */
final class PodFields {

  /** What a container may have all of that its node gives, if it has no limit. */
  private static final List<String> DEFAULT_LIMITS = List.of("cpu", "memory", "ephemeral-storage");

  private static final Set<String> RESOURCES = Set.copyOf(DEFAULT_LIMITS);
  private static final String HUGE_PAGES = "hugepages-";

  private final Pod pod;
  private final @Nullable Node node;

  PodFields(Pod pod, @Nullable Node node) {
    this.pod = pod;
    this.node = node;
  }

  /** The value of a field of the pod. */
  String value(String path) {
    int bracket = path.indexOf("['");
    if (bracket > 0 && path.endsWith("']")) {
      String field = path.substring(0, bracket);
      String key = path.substring(bracket + 2, Math.max(bracket + 2, path.length() - 2));
      return switch (field) {
        case "metadata.labels" -> pod.metadata().labels().getOrDefault(key, "");
        case "metadata.annotations" -> pod.metadata().annotations().getOrDefault(key, "");
        default ->
          throw new EnvironmentException("field label does not support subscript: " + path);
      };
    }
    return switch (path) {
      case "metadata.name" -> pod.metadata().name();
      case "metadata.namespace" -> pod.metadata().namespace();
      case "metadata.uid" -> pod.metadata().uid();
      case "metadata.labels" -> formatted(pod.metadata().labels());
      case "metadata.annotations" -> formatted(pod.metadata().annotations());
      case "spec.nodeName", "spec.host" -> pod.spec().nodeName();
      case "spec.serviceAccountName" ->
        String.valueOf(pod.spec().others().getOrDefault("serviceAccountName", "default"));
      case "status.hostIP" -> hostIps().isEmpty() ? "" : hostIps().get(0);
      case "status.hostIPs" -> String.join(",", hostIps());
      case "status.podIP" -> pod.podIps().isEmpty() ? "" : pod.podIps().get(0);
      case "status.podIPs" -> String.join(",", pod.podIps());
      case "spec.restartPolicy", "spec.schedulerName", "status.phase" ->
        throw new EnvironmentException("unsupported fieldPath: " + path);
      default -> throw notSupported(path);
    };
  }

  private List<String> hostIps() {
    return node == null ? pod.hostIps() : node.hostIps();
  }

  /** Sorted lines of {@code key="value"}. */
  private static String formatted(Map<String, String> map) {
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(e -> e.getKey() + "=" + Escape.go(e.getValue()))
            .collect(Collectors.joining("\n"));
  }

  private static EnvironmentException notSupported(String path) {
    return new EnvironmentException("field label not supported: " + path);
  }

  /**
   * A resource of a container in units of the divisor, rounded up.
   *
   * @param own the container that asks
   * @param containerName the container that it asks about; empty for itself
   */
  String resource(Container own, String containerName, String resource, String divisor) {
    Container container = containerName.isEmpty() ? own : container(containerName);
    int dot = resource.indexOf('.');
    String kind = dot < 0 ? "" : resource.substring(0, dot);
    String name = resource.substring(dot + 1);
    boolean limit = kind.equals("limits");
    if ((!limit && !kind.equals("requests"))
        || (!RESOURCES.contains(name) && !name.startsWith(HUGE_PAGES))) {
      throw new EnvironmentException("unsupported container resource : " + resource);
    }
    String amount = (limit ? limits(container) : container.requests()).getOrDefault(name, "0");
    OptionalLong milli = Quantity.milli(amount);
    OptionalLong unit = Quantity.milli(divisor.isEmpty() || divisor.equals("0") ? "1" : divisor);
    if (milli.isEmpty() || unit.isEmpty() || unit.getAsLong() <= 0) {
      throw new EnvironmentException("unsupported container resource : " + resource);
    }
    return name.equals("cpu")
        ? ceiling(milli.getAsLong(), unit.getAsLong())
        : ceiling(whole(milli.getAsLong()), whole(unit.getAsLong()));
  }

  /** Memory is counted in whole bytes before it is divided. */
  private static long whole(long milli) {
    return -Math.floorDiv(-milli, 1000L);
  }

  private static String ceiling(long amount, long unit) {
    return BigDecimal.valueOf(amount)
        .divide(BigDecimal.valueOf(unit), 0, RoundingMode.CEILING)
        .toString();
  }

  private Container container(String name) {
    return Stream.concat(pod.spec().containers().stream(), pod.spec().initContainers().stream())
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new EnvironmentException("container " + name + " not found"));
  }

  private Map<String, String> limits(Container container) {
    Map<String, String> limits = new LinkedHashMap<>(container.limits());
    Map<String, String> allocatable = node == null ? Map.of() : node.allocatable();
    for (String name : DEFAULT_LIMITS) {
      boolean unset = Quantity.milli(limits.getOrDefault(name, "0")).orElse(1) == 0;
      if (unset && allocatable.containsKey(name)) {
        limits.put(name, allocatable.get(name));
      }
    }
    return limits;
  }
}
