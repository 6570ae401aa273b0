package dev.hairpin.whatif;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The connections that are open to pods, by when they were opened, and those that were cut off.
 * Times are seconds on one clock.
 */
final class OpenConnections {

  /** The longest lived ones are told apart in so many steps, however short a tick is. */
  private static final double MOST_STEPS = 10_000;

  private record Cohort(double at, double count) {}

  private record Served(Traffic traffic, String pod) {}

  private final Map<Served, Deque<Cohort>> open = new LinkedHashMap<>();
  private double cutOff;

  /**
   * Fills pods with the connections of a steady state that has lasted until 0.
   *
   * @param some the traffic
   * @param shares the part of it that each pod gets
   * @param tick how far apart connections are told, in seconds
   */
  void before(Traffic some, Map<String, Double> shares, double tick) {
    double step = Math.max(tick, some.secondsPerConnection() / MOST_STEPS);
    for (long i = Math.round(some.secondsPerConnection() / step); i > 0; i--) {
      double at = -i * step;
      shares.forEach(
          (pod, share) -> opened(some, pod, at, share * some.connectionsPerSecond() * step));
    }
  }

  void opened(Traffic some, String pod, double at, double count) {
    if (some.secondsPerConnection() > 0) {
      Deque<Cohort> cohorts =
          open.computeIfAbsent(new Served(some, pod), served -> new ArrayDeque<>());
      while (!cohorts.isEmpty() && at - cohorts.peekFirst().at() >= some.secondsPerConnection()) {
        cohorts.removeFirst();
      }
      cohorts.addLast(new Cohort(at, count));
    }
  }

  /** Ends what is open to a pod, of such traffic. */
  void end(String pod, Predicate<Traffic> such, double at) {
    open.forEach((served, cohorts) -> {
      if (served.pod().equals(pod) && such.test(served.traffic())) {
        double lasting = served.traffic().secondsPerConnection();
        for (Cohort cohort : cohorts) {
          cutOff += at - cohort.at() < lasting ? cohort.count() : 0;
        }
        cohorts.clear();
      }
    });
  }

  /** How many were open when they were ended. */
  double cutOff() {
    return cutOff;
  }
}
