package dev.hairpin.whatif;

import dev.hairpin.render.Escape;
import dev.hairpin.render.LineChart;
import dev.hairpin.render.TimeLine;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a rolling update cost.
 *
 * @param deployment which Deployment
 * @param settings what it was tried with
 * @param seconds from its begin until the last old pod was gone and nothing was lost any more
 * @param tickSeconds how often it was looked at; times and losses are exact to one tick
 * @param lost new connections that were lost, by traffic and reason
 * @param cutOff connections that were open when their pod ended, or when the load balancer's
 *     deregistration delay was over. A load balancer of layer 7 hides these from its clients, so
 *     for it this is what it had open itself
 * @param curve the connections lost each second, tick by tick
 * @param marks the clocks of the pod that was asked to end first, in seconds from that moment
 * @param coming the clocks of the first new pod, in seconds from its creation
 */
public record RolloutReport(
    String deployment,
    Rollout.Settings settings,
    double seconds,
    double tickSeconds,
    SortedMap<String, Double> lost,
    double cutOff,
    List<Loss> curve,
    List<Mark> marks,
    List<Mark> coming) {

  /**
   * What was lost at some time.
   *
   * @param at seconds from the begin
   * @param perSecond new connections lost each second
   */
  public record Loss(double at, double perSecond) {}

  /**
   * A clock.
   *
   * @param row whose
   * @param from when it begins to run, in seconds
   * @param to when it strikes
   * @param doing what is done until then; may be empty
   * @param then what has happened then
   */
  public record Mark(String row, double from, double to, String doing, String then) {}

  /** Copies the collections. */
  public RolloutReport {
    lost = Collections.unmodifiableSortedMap(new TreeMap<>(lost));
    curve = List.copyOf(curve);
    marks = List.copyOf(marks);
    coming = List.copyOf(coming);
  }

  /** {@return all new connections that were lost} */
  public double lostConnections() {
    return lost.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * The clocks of the first pod and what was lost meanwhile.
   *
   * @return the time line, to be printed as text or SVG
   */
  public TimeLine timeLine() {
    TimeLine line = lineOf("its first pod", marks);
    double exit = marks.isEmpty() ? 0 : marks.get(0).to();
    double heard = marks.stream().skip(2).mapToDouble(Mark::to).max().orElse(exit);
    line.row("lost", Escape.readable(lostConnections()) + " connections in the whole update");
    if (lostConnections() > 0 && heard > exit) {
      line.span(exit, heard, TimeLine.Kind.LOSS, "");
    }
    return line;
  }

  /**
   * The clocks of the first new pod: until it is ready, listed, and sent to by each of the traffic.
   * A load balancer that registers it slowly may not have come to that when the update is over.
   *
   * @return the time line, to be printed as text or SVG
   */
  public TimeLine comingTimeLine() {
    return lineOf("its first new pod", coming);
  }

  private TimeLine lineOf(String what, List<Mark> clocks) {
    double end = clocks.stream().mapToDouble(Mark::to).max().orElse(1);
    TimeLine line =
        new TimeLine("rolling update of " + deployment + ": " + what, Math.max(1, end * 1.25));
    for (Mark mark : clocks) {
      boolean works = !mark.doing().isEmpty();
      line.row(mark.row(), mark.then() + " at " + Escape.number(mark.to(), 1) + " s");
      line.span(
          mark.from(),
          mark.to(),
          works ? TimeLine.Kind.ACTIVE : TimeLine.Kind.WAITING,
          mark.doing());
      line.span(mark.to(), mark.to(), TimeLine.Kind.WAITING, mark.then());
    }
    return line;
  }

  /**
   * The connections lost each second over the whole update.
   *
   * @return the chart
   */
  public LineChart chart() {
    return new LineChart("rolling update of " + deployment, "seconds", "lost conn/s")
        .line(
            "lost",
            curve.stream().mapToDouble(Loss::at).toArray(),
            curve.stream().mapToDouble(Loss::perSecond).toArray());
  }

  /** The time line, and what was lost by whom and why. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(timeLine().toString());
    out.append("the update took ")
        .append(Escape.number(seconds, 1))
        .append(" s, ")
        .append(settings)
        .append('\n');
    if (lost.isEmpty()) {
      out.append("no new connection was lost\n");
    }
    lost.forEach((what, count) -> out.append("lost  ")
        .append(Escape.readable(count))
        .append("  ")
        .append(what)
        .append('\n'));
    if (cutOff > 0) {
      out.append("cut off  ").append(Escape.readable(cutOff)).append("  open connections\n");
    }
    return Escape.terminal(out.toString());
  }
}
