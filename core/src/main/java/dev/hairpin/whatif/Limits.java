package dev.hairpin.whatif;

import dev.hairpin.whatif.law.ConntrackLaw;
import dev.hairpin.whatif.law.CoreDnsLaw;
import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What the parts of a cluster can bear, as far as the cluster's objects do not say it.
 *
 * @param podRequestsPerSecond what one pod of a workload can bear, by {@code namespace/name} of the
 *     workload; a workload that is not named has no limit
 * @param conntrackEntries the size of a node's connection tracking; 0 for what kube-proxy sets by
 *     the node's cores
 * @param coreDnsReplicas how many CoreDNS pods there are, if the cluster has no pods labelled
 *     {@code k8s-app=kube-dns}; positive
 * @param coreDnsQueriesPerSecond questions that one of them can answer each second; positive
 * @param nodeMonitorGraceSeconds how long a node is silent until the cluster has noticed, positive
 */
public record Limits(
    Map<String, Double> podRequestsPerSecond,
    long conntrackEntries,
    int coreDnsReplicas,
    double coreDnsQueriesPerSecond,
    double nodeMonitorGraceSeconds)
    implements Serializable {

  /**
   * No limits of workloads, kube-proxy's tables, two CoreDNS pods with two CPUs each as EKS has
   * them, and the 50 seconds of {@code --node-monitor-grace-period} in v1.36.
   */
  public static final Limits DEFAULT =
      new Limits(Map.of(), 0, 2, CoreDnsLaw.INTERNAL_QUERIES_PER_SECOND, 50);

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a capacity is zero, negative or no number
   */
  public Limits {
    podRequestsPerSecond = Collections.unmodifiableMap(new TreeMap<>(podRequestsPerSecond));
    podRequestsPerSecond.forEach(
        (workload, limit) -> positive("podRequestsPerSecond of " + workload, limit));
    if (conntrackEntries < 0) {
      throw new IllegalArgumentException(
          "a conntrack table of " + conntrackEntries + " entries cannot be");
    }
    positive("coreDnsReplicas", coreDnsReplicas);
    positive("coreDnsQueriesPerSecond", coreDnsQueriesPerSecond);
    positive("nodeMonitorGraceSeconds", nodeMonitorGraceSeconds);
  }

  private static void positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "capacity " + what + " is " + value + ", but it must be positive");
    }
  }

  /**
   * The same with a limit for the pods of a workload.
   *
   * @param workload {@code namespace/name}
   * @param requestsPerSecond what one of its pods can bear; positive
   * @return a copy
   * @throws IllegalArgumentException if the limit is not positive
   */
  public Limits pod(String workload, double requestsPerSecond) {
    Map<String, Double> more = new TreeMap<>(podRequestsPerSecond);
    more.put(workload, requestsPerSecond);
    return new Limits(
        more, conntrackEntries, coreDnsReplicas, coreDnsQueriesPerSecond, nodeMonitorGraceSeconds);
  }

  /** What a pod of a workload can bear, if anybody said it. */
  OptionalDouble ofPod(String workload) {
    Double limit = podRequestsPerSecond.get(workload);
    return limit == null ? OptionalDouble.empty() : OptionalDouble.of(limit);
  }

  /** The size of a node's table. */
  double conntrackOf(int cores) {
    return (double)
        (conntrackEntries > 0 ? conntrackEntries : ConntrackLaw.tableSize(Math.max(1, cores)));
  }
}
