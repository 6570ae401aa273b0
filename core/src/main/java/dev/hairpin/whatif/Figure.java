package dev.hairpin.whatif;

import dev.hairpin.render.Escape;
import java.io.Serializable;

/**
 * Something that was found: a value, the limit that it should stay below, and how sure it is.
 *
 * @param metric what was measured
 * @param subject of what, such as a pod's or a node's name
 * @param group what it is compared within, where reports show the worst: the workload of a pod, the
 *     traffic's or the load balancer's name; empty where all subjects of the metric are alike, such
 *     as nodes
 * @param value the value, in the metric's unit
 * @param low what it is at least, with 95 % confidence; the value itself where it is exact
 * @param high what it is at most
 * @param limit the limit; infinite if there is none
 * @param how how it was found
 * @param remark what a reader should know; may be empty
 */
public record Figure(
    Metric metric,
    String subject,
    String group,
    double value,
    double low,
    double high,
    double limit,
    How how,
    String remark)
    implements Serializable {

  /** How a figure was found. */
  public enum How {
    /** Counted, or from the exact distribution of every choice. */
    EXACT,
    /** By a law of means, such as Little's; it holds over time, not at every moment. */
    LAW,
    /** By a formula that was fitted to published measurements; the interval is its error. */
    FITTED,
    /** By seeded simulation; the interval is that of its mean. */
    SIMULATED
  }

  /**
   * A figure without doubt.
   *
   * @param metric what was measured
   * @param subject of what
   * @param value the value
   * @param limit the limit; infinite if there is none
   * @param how {@link How#EXACT} or {@link How#LAW}
   * @return the figure
   */
  public static Figure of(Metric metric, String subject, double value, double limit, How how) {
    return new Figure(metric, subject, "", value, value, value, limit, how, "");
  }

  /**
   * The same with a remark.
   *
   * @param text what a reader should know
   * @return a copy
   */
  public Figure because(String text) {
    return new Figure(metric, subject, group, value, low, high, limit, how, text);
  }

  /**
   * The same as one of a group.
   *
   * @param name what it is compared within, such as the workload of a pod
   * @return a copy
   */
  public Figure in(String name) {
    return new Figure(metric, subject, name, value, low, high, limit, how, remark);
  }

  /**
   * The value as a part of the limit.
   *
   * @return above 1 if it is overloaded; 0 where there is no limit; infinite where nothing at all
   *     was to be
   */
  public double loadFactor() {
    return value == 0 || Double.isInfinite(limit) ? 0 : value / limit;
  }

  /** {@return how much more fits; negative if it is overloaded, infinite without a limit} */
  public double headroom() {
    return limit - value;
  }

  /** {@return whether the value is above its limit} */
  public boolean isOver() {
    return value > limit;
  }

  /** The load factor as people read it; empty where there is no limit or it is zero. */
  String used() {
    if (Double.isInfinite(limit) || limit == 0) {
      return "";
    }
    double percent = 100 * loadFactor();
    return percent > 0 && percent < 0.05
        ? "<0.1 %"
        : Escape.number(percent, percent < 10 ? 1 : 0) + " %";
  }

  /** {@code conntrack node-1: 93,600 of 131,072 entries (71 %)}. */
  @Override
  public String toString() {
    String used = used();
    String of = used.isEmpty() ? "" : " of " + Escape.readable(limit);
    String percent = used.isEmpty() ? "" : " (" + used + ")";
    return metric + " " + subject + ": " + Escape.readable(value) + of + " " + metric.unit()
        + percent;
  }
}
