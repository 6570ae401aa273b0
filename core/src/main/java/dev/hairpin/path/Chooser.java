package dev.hairpin.path;

import java.util.SplittableRandom;

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
   * A chooser that draws from a seeded generator: the same seed gives the same choices on every
   * machine.
   *
   * @param seed the seed
   * @return the chooser
   */
  static Chooser seeded(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Chooser() {
      @Override
      public boolean happens(long part, long total) {
        return random.nextLong(total) < part;
      }

      @Override
      public int pick(int count) {
        return random.nextInt(count);
      }
    };
  }
}
