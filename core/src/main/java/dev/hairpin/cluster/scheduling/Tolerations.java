package dev.hairpin.cluster.scheduling;

import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Taint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which taints a pod bears. Source: {@code v1.Toleration.ToleratesTaint}. */
public final class Tolerations {
  private Tolerations() {}

  /**
   * Whether a pod bears a taint.
   *
   * @param pod the pod's spec
   * @param taint the taint
   * @return true if one of its tolerations matches
   */
  public static boolean tolerates(PodSpec pod, Taint taint) {
    return pod.tolerations().stream().anyMatch(t -> matches(t, taint));
  }

  /**
   * How long a pod stays on a node with a {@code NoExecute} taint.
   *
   * @param pod the pod's spec
   * @param taint the taint
   * @return nothing if for ever; zero if it does not bear the taint
   */
  public static Optional<Duration> staysFor(PodSpec pod, Taint taint) {
    List<Map<String, Object>> matching =
        pod.tolerations().stream().filter(t -> matches(t, taint)).toList();
    if (matching.isEmpty()) {
      return Optional.of(Duration.ZERO);
    }
    return matching.stream()
        .map(t -> t.get("tolerationSeconds"))
        .filter(Number.class::isInstance)
        .map(n -> Duration.ofSeconds(Math.max(0, ((Number) n).longValue())))
        .min(Duration::compareTo);
  }

  private static boolean matches(Map<String, Object> toleration, Taint taint) {
    String effect = text(toleration, "effect");
    if (!effect.isEmpty() && !effect.equals(taint.effect())) {
      return false;
    }
    String key = text(toleration, "key");
    if (!key.isEmpty() && !key.equals(taint.key())) {
      return false;
    }
    if (text(toleration, "operator").equals("Exists")) {
      return true;
    }
    return !key.isEmpty() && text(toleration, "value").equals(taint.value());
  }

  private static String text(Map<String, Object> tree, String name) {
    Object value = tree.get(name);
    return value == null ? "" : value.toString();
  }
}
