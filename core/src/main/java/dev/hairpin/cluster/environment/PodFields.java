package dev.hairpin.cluster.environment;

import dev.hairpin.api.Container;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Quantity;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Resolves {@code fieldRef} and {@code resourceFieldRef}.
 *
 * <p>Source: {@code pkg/fieldpath} and {@code podFieldSelectorRuntimeValue} of the kubelet.
 */
final class PodFields {
  private PodFields() {}

  static String value(Pod pod, String path) {
    int bracket = path.indexOf("['");
    if (bracket > 0 && path.endsWith("']")) {
      String key = path.substring(bracket + 2, path.length() - 2);
      return switch (path.substring(0, bracket)) {
        case "metadata.labels" -> pod.metadata().labels().getOrDefault(key, "");
        case "metadata.annotations" -> pod.metadata().annotations().getOrDefault(key, "");
        default -> throw unsupported(path);
      };
    }
    return switch (path) {
      case "metadata.name" -> pod.metadata().name();
      case "metadata.namespace" -> pod.metadata().namespace();
      case "metadata.uid" -> pod.metadata().uid();
      case "metadata.labels" -> formatted(pod.metadata().labels());
      case "metadata.annotations" -> formatted(pod.metadata().annotations());
      case "spec.nodeName" -> pod.spec().nodeName();
      case "spec.serviceAccountName" ->
        String.valueOf(pod.spec().others().getOrDefault("serviceAccountName", "default"));
      case "status.hostIP", "status.hostIPs" -> pod.hostIp();
      case "status.podIP" -> pod.podIps().isEmpty() ? "" : pod.podIps().get(0);
      case "status.podIPs" -> String.join(",", pod.podIps());
      default -> throw unsupported(path);
    };
  }

  /**
   * A resource of a container in units of the divisor, rounded up. What has no limit may have all
   * that the node has to give.
   */
  static String resource(
      Container container, String resource, String divisor, Map<String, String> allocatable) {
    int dot = resource.indexOf('.');
    String kind = dot < 0 ? "" : resource.substring(0, dot);
    String name = resource.substring(dot + 1);
    String amount = switch (kind) {
      case "requests" -> container.requests().getOrDefault(name, "0");
      case "limits" -> container.limits().getOrDefault(name, allocatable.getOrDefault(name, "0"));
      default -> throw new EnvironmentException("unsupported container resource : " + resource);
    };
    OptionalLong milli = Quantity.milli(amount);
    OptionalLong unit = Quantity.milli(divisor.isEmpty() || divisor.equals("0") ? "1" : divisor);
    if (milli.isEmpty() || unit.isEmpty() || unit.getAsLong() <= 0) {
      throw new EnvironmentException("unsupported container resource : " + resource);
    }
    return Long.toString((milli.getAsLong() + unit.getAsLong() - 1) / unit.getAsLong());
  }

  private static String formatted(Map<String, String> map) {
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(e -> e.getKey() + "=\"" + e.getValue() + "\"")
            .collect(Collectors.joining("\n"));
  }

  private static EnvironmentException unsupported(String path) {
    return new EnvironmentException("unsupported fieldPath: " + path);
  }
}
