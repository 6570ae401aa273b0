package dev.hairpin.cluster;

import com.google.common.hash.Hashing;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.collect.ForkableMap;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives names to objects that ask for {@code generateName}: the prefix and five random characters.
 *
 * <p>Source: {@code k8s.io/apiserver/pkg/storage/names} and {@code util/rand}, whose alphabet has
 * no vowels and no digits that look like letters, so that no name is a word.
 *
 * <p>Every kind, namespace and prefix has a sequence of its own, which the seed decides. So nothing
 * that happens to other objects changes a name. Not thread-safe.
 */
public final class GeneratedNames {

  /** The characters of a generated name. */
  public static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int RANDOM_LENGTH = 5;
  private static final int LONGEST_PREFIX = 63 - RANDOM_LENGTH;

  private final long seed;

  /** How many names were drawn, by kind, namespace and prefix. */
  private final ForkableMap<ObjectKey, Integer> drawn;

  /**
   * Names from a seed.
   *
   * @param seed the cluster's seed
   */
  public GeneratedNames(long seed) {
    this(seed, new ForkableMap<>());
  }

  private GeneratedNames(long seed, ForkableMap<ObjectKey, Integer> drawn) {
    this.seed = seed;
    this.drawn = drawn;
  }

  /**
   * A fork that gives the same names from here on.
   *
   * @return the fork
   */
  public GeneratedNames fork() {
    return new GeneratedNames(seed, drawn.fork());
  }

  /** Takes back the names that were made since a fork was. */
  void revertTo(GeneratedNames fork) {
    drawn.revertTo(fork.drawn);
  }

  /**
   * Makes a name that is not taken.
   *
   * @param kind the kind of the object that is to have it
   * @param namespace the object's namespace; empty for kinds without one
   * @param prefix what it begins with; cut to 58 characters
   * @param taken whether a name is taken
   * @return the name
   */
  public String next(String kind, String namespace, String prefix, Predicate<String> taken) {
    String base = prefix.length() > LONGEST_PREFIX ? prefix.substring(0, LONGEST_PREFIX) : prefix;
    ObjectKey sequence = new ObjectKey(kind, namespace, base);
    @Nullable Integer before = drawn.get(sequence);
    int number = before == null ? 0 : before;
    String name;
    do {
      name = base + suffix(sequence, number++);
    } while (taken.test(name));
    drawn.put(sequence, number);
    return name;
  }

  private String suffix(ObjectKey sequence, int number) {
    long random = Hashing.murmur3_128()
        .newHasher()
        .putLong(seed)
        .putInt(number)
        .putString(sequence.toString(), StandardCharsets.UTF_8)
        .hash()
        .asLong();
    StringBuilder suffix = new StringBuilder(RANDOM_LENGTH);
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      suffix.append(ALPHABET.charAt((int) Long.remainderUnsigned(random, ALPHABET.length())));
      random = Long.divideUnsigned(random, ALPHABET.length());
    }
    return suffix.toString();
  }
}
