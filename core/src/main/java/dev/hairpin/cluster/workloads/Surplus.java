package dev.hairpin.cluster.workloads;

import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pods go first when there are too many.
 *
 * <p>Source: {@code ActivePodsWithRanks}: those without a node, pending, not ready, cheap to
 * delete, with many like them on their node, ready for a short time, often restarted, new.
 */
final class Surplus {
  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  private Surplus() {}

  static List<Pod> worstFirst(List<Pod> pods) {
    Map<String, Integer> onNode = new HashMap<>();
    pods.forEach(pod -> onNode.merge(pod.spec().nodeName(), 1, Integer::sum));
    List<Pod> sorted = new ArrayList<>(pods);
    sorted.sort(Comparator.comparing((Pod pod) -> !pod.spec().nodeName().isEmpty())
        .thenComparingInt(Surplus::phase)
        .thenComparing(Pod::isReady)
        .thenComparingInt(Surplus::cost)
        .thenComparing(
            pod -> onNode.getOrDefault(pod.spec().nodeName(), 0), Comparator.reverseOrder())
        .thenComparing(Availability::readySince, newestFirst())
        .thenComparing(Surplus::restarts, Comparator.reverseOrder())
        .thenComparing(pod -> pod.metadata().creationTimestamp(), newestFirst())
        .thenComparing(Pod::key));
    return sorted;
  }

  private static Comparator<@Nullable Instant> newestFirst() {
    return Comparator.nullsFirst(Comparator.reverseOrder());
  }

  private static int phase(Pod pod) {
    return switch (pod.phase()) {
      case "Pending" -> 0;
      case "Unknown" -> 1;
      default -> 2;
    };
  }

  private static int cost(Pod pod) {
    String text = pod.metadata().annotations().getOrDefault(COST, "0");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0; // as the original: an odd cost counts as none
    }
  }

  private static int restarts(Pod pod) {
    return pod.containerStatuses().stream()
        .mapToInt(ContainerStatus::restartCount)
        .sum();
  }
}
