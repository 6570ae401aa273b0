package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.IntOrString;

/**
 * How many pods an update may have too many and too few.
 *
 * <p>Source: {@code ResolveFenceposts}: percentages of the replicas, surge rounded up,
 * unavailability down; if both come to zero, one may be unavailable.
 *
 * @param surge how many more than the replicas there may be
 * @param unavailable how many fewer than the replicas may be available
 */
record RollingUpdate(int surge, int unavailable) {

  static RollingUpdate of(Deployment deployment) {
    int replicas = deployment.replicas();
    int surge = resolve(deployment.maxSurge(), replicas, true);
    int unavailable = Math.min(resolve(deployment.maxUnavailable(), replicas, false), replicas);
    return new RollingUpdate(surge, surge == 0 && unavailable == 0 ? 1 : unavailable);
  }

  /** A number, or a percentage of the replicas. */
  static int resolve(IntOrString value, int replicas, boolean roundUp) {
    if (value.name() == null) {
      return Math.max(0, value.number());
    }
    String text = value.name();
    if (!text.endsWith("%")) {
      throw new IllegalArgumentException("\"" + text + "\" is neither a number nor a percentage");
    }
    long percent = Long.parseLong(text.substring(0, text.length() - 1));
    return Math.toIntExact((percent * replicas + (roundUp ? 99 : 0)) / 100);
  }
}
