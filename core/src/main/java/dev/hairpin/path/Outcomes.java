package dev.hairpin.path;

import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Exact distributions: runs a walk once for every way in which its choices can fall. */
public final class Outcomes {

  /** More runs than this are taken for a question without end, such as all orders of ten names. */
  private static final int MOST_RUNS = 1_000_000;

  /** Which orders of a list are visited. */
  private enum Orders {
    ALL,
    BY_FIRST,
    AS_IT_IS
  }

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
    return visit(walk, Orders.ALL);
  }

  /**
   * Visits every outcome of a walk for which of a shuffled list nothing counts but which thing
   * comes first, among all of them or among those that the walk prefers. So it is with the
   * addresses of a name, of which a program dials the first after it has sorted them by rules of
   * its own. Of n things n orders are walked instead of n!.
   *
   * @param walk what to run with the chooser that is handed to it
   * @param <T> the type of the outcome, whose {@code equals} must tell apart which thing came first
   * @return each different outcome with its probability, in the order of first visit; the
   *     probabilities sum to exactly 1
   * @throws IllegalStateException if the choices fall in more than a million ways
   */
  public static <T> Map<T, Fraction> ofFirst(Function<Chooser, T> walk) {
    return visit(walk, Orders.BY_FIRST);
  }

  private static <T> Map<T, Fraction> visit(Function<Chooser, T> walk, Orders orders) {
    List<Branch<T>> path = new ArrayList<>();
    for (int runs = 0; runs < MOST_RUNS; runs++) {
      Map<T, Fraction> known = Map.of(walk.apply(new Enumerator<>(path, orders)), Fraction.ONE);
      boolean turned = false;
      while (!turned && !path.isEmpty()) {
        Branch<T> last = path.get(path.size() - 1);
        turned = last.turn(known);
        if (!turned) {
          known = last.outcomes();
          path.remove(path.size() - 1);
        }
      }
      if (!turned) {
        return known;
      }
    }
    throw new IllegalStateException(
        "the choices on the way fall in more than " + MOST_RUNS + " ways");
  }

  /** A choice that was met, the way that is taken at it now, and what the ways before led to. */
  private abstract static class Branch<T> {
    private final int size;
    private final List<Map<T, Fraction>> ways = new ArrayList<>();

    Branch(int size) {
      this.size = size;
    }

    int taken() {
      return ways.size();
    }

    /** Takes note of what the way led to, and goes on to the next one, if there is one. */
    boolean turn(Map<T, Fraction> outcomes) {
      ways.add(outcomes);
      return ways.size() < size;
    }

    /** What all ways led to, each with its chance. */
    abstract Map<T, Fraction> outcomes();

    List<Map<T, Fraction>> ways() {
      return ways;
    }

    static <T> void add(Map<T, Fraction> way, Fraction chance, Map<T, Fraction> sum) {
      way.forEach((outcome, p) -> sum.merge(outcome, p.times(chance), Fraction::plus));
    }

    /** Of ways that are equally likely. */
    static <T> Map<T, Fraction> mean(Collection<Map<T, Fraction>> ways) {
      Map<T, Fraction> sum = new LinkedHashMap<>();
      ways.forEach(way -> add(way, Fraction.of(1, ways.size()), sum));
      return sum;
    }
  }

  private static final class Dice<T> extends Branch<T> {
    private final long part;
    private final long total;

    Dice(long part, long total) {
      super(2);
      this.part = part;
      this.total = total;
    }

    @Override
    Map<T, Fraction> outcomes() {
      Map<T, Fraction> sum = new LinkedHashMap<>();
      add(ways().get(0), Fraction.of(part, total), sum);
      add(ways().get(1), Fraction.of(total - part, total), sum);
      return sum;
    }
  }

  private static final class Pick<T> extends Branch<T> {
    Pick(int count) {
      super(count);
    }

    @Override
    Map<T, Fraction> outcomes() {
      return mean(ways());
    }
  }

  /**
   * Which thing of a list is put first, the others in their old order. If the walk prefers some of
   * them, each of these comes first when it is put first, and one of them also when any other is:
   * the outcomes that there are, are equally likely, however often each was met.
   */
  private static final class Front<T> extends Branch<T> {
    Front(int count) {
      super(count);
    }

    @Override
    Map<T, Fraction> outcomes() {
      return mean(new LinkedHashSet<>(ways()));
    }
  }

  /** One of several things, each with its own chance. */
  private static final class Weighted<T> extends Branch<T> {
    private final List<Fraction> chances;

    Weighted(Collection<Fraction> chances) {
      super(chances.size());
      this.chances = List.copyOf(chances);
    }

    @Override
    Map<T, Fraction> outcomes() {
      Map<T, Fraction> sum = new LinkedHashMap<>();
      for (int i = 0; i < chances.size(); i++) {
        add(ways().get(i), chances.get(i), sum);
      }
      return sum;
    }
  }

  private static final class Enumerator<T> implements Chooser {
    private final List<Branch<T>> path;
    private final Orders orders;
    private final SplittableRandom draws = new SplittableRandom(0);
    private int depth;

    Enumerator(List<Branch<T>> path, Orders orders) {
      this.path = path;
      this.orders = orders;
    }

    @Override
    public boolean happens(long part, long total) {
      if (part <= 0 || part >= total) {
        return part > 0;
      }
      if (depth == path.size()) {
        path.add(new Dice<>(part, total));
      }
      return path.get(depth++).taken() == 0;
    }

    @Override
    public int pick(int count) {
      if (count == 1) {
        return 0;
      }
      if (depth == path.size()) {
        path.add(new Pick<>(count));
      }
      return path.get(depth++).taken();
    }

    @Override
    public <S> void shuffle(List<S> things) {
      if (orders == Orders.ALL) {
        Chooser.super.shuffle(things);
      } else if (orders == Orders.BY_FIRST && things.size() > 1) {
        if (depth == path.size()) {
          path.add(new Front<>(things.size()));
        }
        things.add(0, things.remove(path.get(depth++).taken()));
      }
    }

    @Override
    public int draw(int count) {
      return draws.nextInt(count);
    }

    @Override
    public <S> Optional<Map<S, Fraction>> visit(Function<Chooser, S> part) {
      return Optional.of(Outcomes.visit(part, Orders.AS_IT_IS));
    }

    @Override
    public <S> S take(Map<S, Fraction> things) {
      List<S> all = List.copyOf(things.keySet());
      if (all.size() == 1) {
        return all.get(0);
      }
      if (depth == path.size()) {
        path.add(new Weighted<>(things.values()));
      }
      return all.get(path.get(depth++).taken());
    }
  }
}
