package dev.hairpin.path;

import dev.hairpin.path.trace.Fraction;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Makes every choice that the real systems leave to chance.
 *
 * <p>Nothing else in Hairpin draws random numbers, so one walk serves a trace (a
 * {@linkplain #seeded seeded} chooser samples) and an exact distribution ({@link Outcomes} visits
 * every outcome with its probability). Implementations are not thread-safe.
 */
public interface Chooser {

  /**
   * Decides whether something of a known probability happens, as the {@code statistic} match does:
   * it happens if a fresh random number below {@code total} is below {@code part}.
   *
   * @param part the part of the numbers for which it happens, 0 to {@code total}
   * @param total how many numbers there are, such as 2^31 for a rule; positive
   * @return whether it happens
   */
  boolean happens(long part, long total);

  /**
   * Picks one of several equally likely things.
   *
   * @param count how many; positive
   * @return the index of the one picked, 0 to {@code count - 1}
   */
  int pick(int count);

  /**
   * Puts things into an order, all orders being equally likely.
   *
   * @param things the things, in a list that can be changed
   * @param <S> what they are
   */
  default <S> void shuffle(List<S> things) {
    for (int i = 0; i < things.size() - 1; i++) {
      Collections.swap(things, i, i + pick(things.size() - i));
    }
  }

  /**
   * Draws a number where it hardly matters which, such as the offset at which the search for a free
   * source port begins. An enumerating chooser does not branch on it.
   *
   * @param count how many numbers there are; positive
   * @return a number from 0 to {@code count - 1}
   */
  int draw(int count);

  /**
   * Takes one rung of a ladder at once, for choosers that know what to do with all of its rungs.
   *
   * @param ladder the ladder
   * @param from the first rung that the packet can still take
   * @param passage the packet
   * @return the rung that is taken, {@code from} to the last; or -1 if this chooser wants to be
   *     asked rung by rung with {@link #happens}
   */
  default int climb(Ladder ladder, int from, Passage passage) {
    return -1;
  }

  /**
   * Every outcome of a part of a walk, for choosers that visit them all: they hand it a chooser of
   * its own for each way in which its choices can fall. Whoever asks goes on with what he must know
   * of the outcomes and no more, by {@link #take}; so ways that come to the same are one again.
   *
   * <p>Lists are left in their order here.
   *
   * @param part the part; it must leave nothing behind but its outcome that the rest of the walk
   *     could meet
   * @param <T> what it comes to, which must have {@code equals}
   * @return each different outcome with its probability; nothing if this chooser goes one way only
   */
  default <T> Optional<Map<T, Fraction>> visit(Function<Chooser, T> part) {
    return Optional.empty();
  }

  /**
   * Takes one of several things that are not equally likely.
   *
   * @param things each with its probability; they sum to 1
   * @param <T> what they are
   * @return one of them
   * @throws IllegalArgumentException if there are several, but this chooser does not {@link #visit}
   *     all ways, so that nobody can have asked it for them
   */
  default <T> T take(Map<T, Fraction> things) {
    if (things.size() != 1) {
      throw new IllegalArgumentException(
          things.size() + " things to take from, but this chooser goes one way only");
    }
    return things.keySet().iterator().next();
  }

  /**
   * The number that decided the last {@link #happens}, for people to see.
   *
   * @return the number, or -1 if this chooser has none
   */
  default long lastDrawn() {
    return -1;
  }

  /**
   * A chooser that draws from a seeded generator: the same seed gives the same choices on every
   * machine.
   *
   * @param seed the seed
   * @return the chooser
   */
  static Chooser seeded(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Chooser() {
      private long last = -1;

      @Override
      public boolean happens(long part, long total) {
        last = random.nextLong(total);
        return last < part;
      }

      @Override
      public int draw(int count) {
        return random.nextInt(count);
      }

      @Override
      public long lastDrawn() {
        return last;
      }

      @Override
      public int pick(int count) {
        return random.nextInt(count);
      }
    };
  }
}
