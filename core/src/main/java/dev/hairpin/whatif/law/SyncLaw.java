package dev.hairpin.whatif.law;

import java.util.List;

/**
 * How long kube-proxy takes to write its rules, by what people measured and reported.
 *
 * <p>The times depend on kernel, machine and version by a factor of several; what is told here is
 * the shape, and what somebody saw once.
 */
public final class SyncLaw {

  /** Lines of a dump that iptables-restore of the nf_tables back end read in one go. */
  private static final double RESTORED_LINES = 695_992;

  private static final double RESTORED_SECONDS = 12.8;

  /** Two sizes at which one rule was added while every change still wrote all rules. */
  private static final double OLD_RULES = 40_000;

  private static final double OLD_SECONDS = 11 * 60;
  private static final double OLD_EXPONENT =
      Math.log(5 * 3600.0 / OLD_SECONDS) / Math.log(160_000 / OLD_RULES);

  /**
   * A sync that somebody measured.
   *
   * @param mode the proxy mode
   * @param what what was done
   * @param size how large it was
   * @param unit what the size counts
   * @param seconds how long it took
   * @param source where it was reported
   */
  public record Measured(
      String mode, String what, double size, String unit, double seconds, String source) {}

  /** What was reported of full syncs and of single changes. */
  public static final List<Measured> PUBLISHED = List.of(
      new Measured("iptables", "restore", RESTORED_LINES, "lines", RESTORED_SECONDS, "k8s#96018"),
      new Measured("iptables", "one rule more", OLD_RULES, "rules", OLD_SECONDS, "KubeCon EU 2017"),
      new Measured("iptables", "one rule more", 160_000, "rules", 18_000, "KubeCon EU 2017"),
      new Measured("ipvs", "until a change is live", 4_000, "endpoints", 20, "k8s#73382"),
      new Measured("nftables", "full sync", 44_125, "Services", 1_003.9, "k8s#139513"),
      new Measured("nftables", "one change", 44_125, "Services", 1.33, "k8s#139513"),
      new Measured("nftables", "full sync", 250_011, "endpoints", 795, "k8s#135639"),
      new Measured("nftables", "one Service more", 10_000, "Services", 0.141, "k8s#126013"));

  private SyncLaw() {}

  /**
   * The time in which iptables-restore reads a dump, in proportion to its lines.
   *
   * <p>Source: Kubernetes issue 96018, iptables 1.8 with the nf_tables back end.
   *
   * @param lines rules and chains, not negative
   * @return seconds
   * @throws IllegalArgumentException if the number is negative
   */
  public static double restoreSeconds(double lines) {
    return Check.notNegative("lines", lines) / RESTORED_LINES * RESTORED_SECONDS;
  }

  /**
   * The time of one change when every change still wrote all rules, a power of their number through
   * two published points.
   *
   * <p>Source: Huawei, KubeCon EU 2017, quoted in "Networking and Kubernetes".
   *
   * @param rules how many rules there are, not negative
   * @return seconds
   * @throws IllegalArgumentException if the number is negative
   */
  public static double oldChangeSeconds(double rules) {
    return OLD_SECONDS * Math.pow(Check.notNegative("rules", rules) / OLD_RULES, OLD_EXPONENT);
  }

  /**
   * The longest time until a change is live: it comes just after a sync has begun, waits for the
   * next one, and that one has to end.
   *
   * @param minSyncPeriod the shortest time between the beginnings of two syncs, not negative
   * @param syncSeconds how long a sync takes, not negative
   * @return seconds
   * @throws IllegalArgumentException if a number is negative
   */
  public static double longestUntilLive(double minSyncPeriod, double syncSeconds) {
    return Math.max(
            Check.notNegative("minSyncPeriod", minSyncPeriod),
            Check.notNegative("sync time", syncSeconds))
        + syncSeconds;
  }
}
