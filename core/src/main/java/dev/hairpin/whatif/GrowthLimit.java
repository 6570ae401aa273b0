package dev.hairpin.whatif;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The first size at which something is over its limit, as a cluster grows.
 *
 * @param size the smallest size at which it is
 * @param over what is over its limit then and is not as it is now, the most overloaded first; never
 *     empty
 */
public record GrowthLimit(int size, List<Figure> over) {

  /** Copies the list. */
  public GrowthLimit {
    over = List.copyOf(over);
  }

  /** What is one and the same thing at different sizes. */
  record Line(Metric metric, String name) {

    static Line of(Figure f) {
      return new Line(f.metric(), f.group().isEmpty() ? f.subject() : f.group());
    }
  }

  /** The first of rising sizes at which anything is over. */
  static Optional<GrowthLimit> search(int least, int most, IntFunction<List<Figure>> overAt) {
    List<Figure> over = overAt.apply(most);
    if (over.isEmpty()) {
      return Optional.empty();
    }
    int low = least;
    int high = most;
    while (low < high) {
      int middle = low + (high - low) / 2;
      List<Figure> found = overAt.apply(middle);
      if (found.isEmpty()) {
        low = middle + 1;
      } else {
        high = middle;
        over = found;
      }
    }
    return Optional.of(new GrowthLimit(high, over));
  }

  /** Such as {@code at 41: subject addresses ...: 252 of 251 addresses (100 %)}. */
  @Override
  public String toString() {
    return "at " + size + ": " + over.get(0)
        + (over.size() == 1 ? "" : " and " + (over.size() - 1) + " more");
  }
}
