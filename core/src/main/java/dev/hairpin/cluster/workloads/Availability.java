package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Since when a pod is ready, and whether for long enough. */
final class Availability {
  private Availability() {}

  /** Whether a pod has been ready for at least so many seconds. */
  static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
    return pod.isReady()
        && (minReadySeconds == 0
            || untilAvailable(pod, minReadySeconds, now)
                .filter(Duration::isZero)
                .isPresent());
  }

  /** How long a ready pod has still to be ready; nothing if it is not ready. */
  static Optional<Duration> untilAvailable(Pod pod, int minReadySeconds, Instant now) {
    if (!pod.isReady()) {
      return Optional.empty();
    }
    @Nullable Instant since = readySince(pod);
    if (since == null) {
      return Optional.of(Duration.ZERO);
    }
    Duration left = Duration.between(now, since.plusSeconds(minReadySeconds));
    return Optional.of(left.isNegative() ? Duration.ZERO : left);
  }

  static @Nullable Instant readySince(Pod pod) {
    for (Condition condition : pod.conditions()) {
      if (condition.type().equals("Ready") && condition.isTrue()) {
        return condition.lastTransitionTime();
      }
    }
    return null;
  }
}
