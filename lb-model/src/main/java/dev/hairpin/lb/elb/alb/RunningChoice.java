package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The choice of a load balancer that runs: it goes its rounds, and counts outstanding requests for
 * {@code least_outstanding_requests}. Not thread-safe.
 */
public final class RunningChoice implements TargetChoice {
  private record Round(String node, String group) {}

  private final Map<Round, Integer> next = new HashMap<>();
  private final Map<TargetDescription, Integer> outstanding = new HashMap<>();

  /** A load balancer that has served nothing yet. */
  public RunningChoice() {}

  /**
   * Counts a request that a target has not answered yet.
   *
   * @param target the target
   */
  public void started(TargetDescription target) {
    outstanding.merge(target, 1, Integer::sum);
  }

  /**
   * Counts an answer.
   *
   * @param target the target
   */
  public void finished(TargetDescription target) {
    outstanding.computeIfPresent(target, (t, n) -> n > 1 ? n - 1 : null);
  }

  @Override
  public int choose(
      Node node,
      TargetGroupState group,
      List<TargetState> candidates,
      List<Integer> permille,
      Chooser chooser) {
    return switch (group
        .config()
        .attributes()
        .text("load_balancing.algorithm.type", "round_robin")) {
      case "least_outstanding_requests" -> least(candidates, chooser);
      case "weighted_random" -> TargetChoice.draw(permille, chooser);
      default -> round(node, group, candidates.size(), permille, chooser);
    };
  }

  private int round(
      Node node, TargetGroupState group, int count, List<Integer> permille, Chooser chooser) {
    if (permille.stream().anyMatch(p -> p < 1000)) {
      return TargetChoice.draw(permille, chooser);
    }
    Round round = new Round(node.subnetId(), group.arn());
    int turn = next.merge(round, 1, Integer::sum) - 1;
    return Math.floorMod(turn, count);
  }

  private int least(List<TargetState> candidates, Chooser chooser) {
    int fewest = Integer.MAX_VALUE;
    List<Integer> best = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      int now = outstanding.getOrDefault(candidates.get(i).description(), 0);
      if (now < fewest) {
        fewest = now;
        best.clear();
      }
      if (now == fewest) {
        best.add(i);
      }
    }
    return best.get(chooser.pick(best.size()));
  }
}
