package dev.hairpin.cluster;

import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Gives names to objects that ask for {@code generateName}: the prefix and five random characters.
 *
 * <p>Source: {@code k8s.io/apiserver/pkg/storage/names} and {@code util/rand}, whose alphabet has
 * no vowels and no digits that look like letters, so that no name is a word. The same seed gives
 * the same names. Not thread-safe.
 */
public final class GeneratedNames {

  /** The characters of a generated name. */
  public static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int RANDOM_LENGTH = 5;
  private static final int LONGEST_PREFIX = 63 - RANDOM_LENGTH;
  private static final long GOLDEN_RATIO = 0x9e37_79b9_7f4a_7c15L;

  private final long seed;
  private long drawn;

  /**
   * Names from a seed.
   *
   * @param seed the cluster's seed
   */
  public GeneratedNames(long seed) {
    this(seed, 0);
  }

  private GeneratedNames(long seed, long drawn) {
    this.seed = seed;
    this.drawn = drawn;
  }

  /**
   * A copy that gives the same names from here on.
   *
   * @return the copy
   */
  public GeneratedNames copy() {
    return new GeneratedNames(seed, drawn);
  }

  /**
   * Makes a name that is not taken.
   *
   * @param prefix what it begins with; cut to 58 characters
   * @param taken whether a name is taken
   * @return the name
   */
  public String next(String prefix, Predicate<String> taken) {
    String base = prefix.length() > LONGEST_PREFIX ? prefix.substring(0, LONGEST_PREFIX) : prefix;
    while (true) {
      String name = base + suffix(++drawn);
      if (!taken.test(name)) {
        return name;
      }
    }
  }

  private String suffix(long number) {
    SplittableRandom random = new SplittableRandom(seed + number * GOLDEN_RATIO);
    StringBuilder suffix = new StringBuilder(RANDOM_LENGTH);
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      suffix.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return suffix.toString();
  }
}
