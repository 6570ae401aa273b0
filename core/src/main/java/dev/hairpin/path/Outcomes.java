package dev.hairpin.path;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Exact distributions: runs a walk once for every way in which its choices can fall. */
public final class Outcomes {

  /** More runs than this are taken for a question without end, such as all orders of ten names. */
  private static final int MOST_RUNS = 1_000_000;

  private Outcomes() {}

  /**
   * Visits every outcome of a walk.
   *
   * <p>The walk is run once for each combination of choices, so it must begin from the same state
   * every time and depend on nothing but the chooser. A choice with probability 0 or 1 is not
   * branched on. The cost is one run for each leaf of the tree of choices.
   *
   * @param walk what to run with the chooser that is handed to it
   * @param <T> the type of the outcome, which must have {@code equals}
   * @return each different outcome with its probability, in the order of first visit; the
   *     probabilities sum to exactly 1
   * @throws IllegalStateException if the choices fall in more than a million ways
   */
  public static <T> Map<T, Fraction> of(Function<Chooser, T> walk) {
    Map<T, Fraction> result = new LinkedHashMap<>();
    List<Branch> path = new ArrayList<>();
    int runs = 0;
    do {
      if (++runs > MOST_RUNS) {
        throw new IllegalStateException(
            "the choices on the way fall in more than " + MOST_RUNS + " ways");
      }
      Enumerator chooser = new Enumerator(path);
      T outcome = walk.apply(chooser);
      result.merge(outcome, chooser.probability(), Fraction::plus);
      path = chooser.path;
    } while (advance(path));
    return result;
  }

  /** Turns the deepest choice that has a branch left, and forgets the ones below it. */
  private static boolean advance(List<Branch> path) {
    while (!path.isEmpty()) {
      Branch last = path.remove(path.size() - 1);
      if (last.taken + 1 < last.weights.length) {
        path.add(new Branch(last.weights, last.total, last.taken + 1));
        return true;
      }
    }
    return false;
  }

  /** A choice that was met, and the way that this run takes at it. */
  private static final class Branch {
    final long[] weights;
    final long total;
    final int taken;

    Branch(long[] weights, long total, int taken) {
      this.weights = weights;
      this.total = total;
      this.taken = taken;
    }
  }

  private static final class Enumerator implements Chooser {
    private final List<Branch> path;
    private final java.util.SplittableRandom draws = new java.util.SplittableRandom(0);
    private int depth;

    Enumerator(List<Branch> path) {
      this.path = path;
    }

    @Override
    public boolean happens(long part, long total) {
      if (part <= 0 || part >= total) {
        return part > 0;
      }
      return next(new long[] {part, total - part}, total) == 0;
    }

    @Override
    public int pick(int count) {
      if (count == 1) {
        return 0;
      }
      long[] weights = new long[count];
      java.util.Arrays.fill(weights, 1);
      return next(weights, count);
    }

    @Override
    public int draw(int count) {
      return draws.nextInt(count);
    }

    private int next(long[] weights, long total) {
      if (depth == path.size()) {
        path.add(new Branch(weights, total, 0));
      }
      return path.get(depth++).taken;
    }

    Fraction probability() {
      Fraction p = Fraction.ONE;
      for (Branch branch : path) {
        p = p.times(new Fraction(
            BigInteger.valueOf(branch.weights[branch.taken]), BigInteger.valueOf(branch.total)));
      }
      return p;
    }
  }
}
