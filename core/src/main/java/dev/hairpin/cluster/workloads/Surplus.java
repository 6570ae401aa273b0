package dev.hairpin.cluster.workloads;

import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which pods go first when there are too many.
 *
 * <p>Source: {@code ActivePodsWithRanks} of {@code pkg/controller}, Kubernetes v1.36: those without
 * a node, pending, not ready, cheap to delete, with many of the same Deployment on their node,
 * ready for a short time, often restarted, new. Ages are compared by their powers of two
 * (KEP-2185), and among pods of one power the uid decides, so that not always the newest zone is
 * emptied.
 */
final class Surplus {
  private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  private final Map<String, Integer> onNode = new HashMap<>();
  private final Instant now;

  private Surplus(List<Pod> related, Instant now) {
    related.forEach(pod -> onNode.merge(pod.spec().nodeName(), 1, Integer::sum));
    this.now = now;
  }

  /**
   * The pods of a ReplicaSet in the order in which they go.
   *
   * @param pods the pods that count
   * @param related the pods that count of all ReplicaSets of the same owner
   */
  static List<Pod> worstFirst(List<Pod> pods, List<Pod> related, Instant now) {
    Surplus surplus = new Surplus(related, now);
    Map<Integer, Set<Instant>> readySince = new HashMap<>();
    Map<Integer, Set<Instant>> createdAt = new HashMap<>();
    for (Pod pod : pods) {
      note(readySince, surplus.power(Availability.readySince(pod)), Availability.readySince(pod));
      Instant created = pod.metadata().creationTimestamp();
      note(createdAt, surplus.power(created), created);
    }
    List<Pod> sorted = new ArrayList<>(pods);
    sorted.sort(Comparator.comparing((Pod pod) -> !pod.spec().nodeName().isEmpty())
        .thenComparingInt(Surplus::phase)
        .thenComparing(Pod::isReady)
        .thenComparingInt(Surplus::cost)
        .thenComparing(surplus::neighbours, Comparator.reverseOrder())
        .thenComparing(surplus.byAge(readySince, Availability::readySince))
        .thenComparing(Surplus::restarts, Comparator.reverseOrder())
        .thenComparing(Surplus::sidecarRestarts, Comparator.reverseOrder())
        .thenComparing(surplus.byAge(createdAt, pod -> pod.metadata().creationTimestamp()))
        .thenComparing(Pod::key));
    return sorted;
  }

  private static void note(Map<Integer, Set<Instant>> times, int power, @Nullable Instant time) {
    if (time != null) {
      times.computeIfAbsent(power, p -> new HashSet<>()).add(time);
    }
  }

  /**
   * The younger goes first, so far as powers of two tell; of one power, where times differ, the one
   * with the lower uid. The original asks that of each two pods alone, which is no order of three.
   */
  private Comparator<Pod> byAge(
      Map<Integer, Set<Instant>> times, Function<Pod, @Nullable Instant> time) {
    return Comparator.comparingInt((Pod pod) -> power(time.apply(pod)))
        .thenComparing(pod ->
            times.getOrDefault(power(time.apply(pod)), Set.of()).size() > 1
                ? pod.metadata().uid()
                : "");
  }

  /** The power of two of an age in nanoseconds; -1 of none. */
  private int power(@Nullable Instant since) {
    if (since == null) {
      return -1;
    }
    long nanos = TimeUnit.NANOSECONDS.convert(Duration.between(since, now));
    return nanos <= 0 ? -1 : Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
  }

  private int neighbours(Pod pod) {
    return onNode.getOrDefault(pod.spec().nodeName(), 0);
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
    return most(pod.containerStatuses().stream());
  }

  private static int sidecarRestarts(Pod pod) {
    Set<String> sidecars = new HashSet<>();
    pod.spec().initContainers().stream()
        .filter(container -> "Always".equals(container.restartPolicy()))
        .forEach(container -> sidecars.add(container.name()));
    return most(
        pod.initContainerStatuses().stream().filter(status -> sidecars.contains(status.name())));
  }

  private static int most(Stream<ContainerStatus> statuses) {
    return statuses.mapToInt(ContainerStatus::restartCount).max().orElse(0);
  }
}
