package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.path.Chooser;
import java.util.List;

/**
 * Chooses a target for a request that no cookie binds.
 *
 * <p>Source: user guide for Application Load Balancers, "Routing algorithms", "Slow start mode".
 */
public interface TargetChoice {

  /**
   * Chooses.
   *
   * @param node the node that has the request
   * @param group the group
   * @param candidates its targets within reach that may be chosen; at least one
   * @param permille the weight of each candidate, 1000 unless it starts slowly
   * @param chooser makes the choices that are left to chance
   * @return the index of the chosen candidate
   */
  int choose(
      Node node,
      TargetGroupState group,
      List<TargetState> candidates,
      List<Integer> permille,
      Chooser chooser);

  /**
   * The choice as one request sees it that comes at no particular moment: every algorithm is a draw
   * by weight. It keeps nothing, so an enumerating chooser gives exact shares. Round robin is even
   * only in the long run, since every node goes its own round.
   *
   * @return the choice
   */
  static TargetChoice byChance() {
    return (node, group, candidates, permille, chooser) -> draw(permille, chooser);
  }

  /**
   * Draws by weight.
   *
   * @param weights weights; not all 0
   * @param chooser draws
   * @return an index
   */
  static int draw(List<Integer> weights, Chooser chooser) {
    long left = weights.stream().mapToLong(Integer::longValue).sum();
    if (weights.stream().allMatch(w -> w.equals(weights.get(0)))) {
      return chooser.pick(weights.size());
    }
    for (int i = 0; i < weights.size(); i++) {
      int weight = weights.get(i);
      if (weight > 0 && (weight == left || chooser.happens(weight, left))) {
        return i;
      }
      left -= weight;
    }
    throw new IllegalArgumentException("all weights are 0");
  }
}
