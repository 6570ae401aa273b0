package dev.hairpin.whatif;

import dev.hairpin.render.Escape;
import java.io.Serializable;

/**
 * Something that was found: a value, the limit that it should stay below, and how sure it is.
 *
 * @param metric what was measured
 * @param subject of what, such as a pod's or a node's name
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
    return new Figure(metric, subject, value, value, value, limit, how, "");
  }

  /**
   * The same with a remark.
   *
   * @param text what a reader should know
   * @return a copy
   */
  public Figure because(String text) {
    return new Figure(metric, subject, value, low, high, limit, how, text);
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

  /** {@code conntrack node-1: 93,600 of 131,072 entries (71 %)}. */
  @Override
  public String toString() {
    boolean limited = !Double.isInfinite(limit) && limit > 0;
    String of = limited ? " of " + Escape.readable(limit) : "";
    String percent = limited ? " (" + Math.round(100 * loadFactor()) + " %)" : "";
    return metric + " " + subject + ": " + Escape.readable(value) + of + " " + metric.unit()
        + percent;
  }
}
