package dev.hairpin.path.fast;

import dev.hairpin.path.trace.Fraction;
import java.util.Arrays;
import java.util.Collection;

/** Picks one of several things with given probabilities by 64 random bits. Immutable. */
final class Alternatives {

  /*
   * Equal shares, the usual case, are a multiplication. Others are a search in the running sums of
   * the shares, scaled to 2^32.
   */
  private final int count;
  private final long[] ends;

  private Alternatives(int count, long[] ends) {
    this.count = count;
    this.ends = ends;
  }

  /** Things with these shares, whose sum is taken as the whole. */
  static Alternatives of(Collection<Fraction> shares) {
    double[] parts = shares.stream().mapToDouble(Fraction::toDouble).toArray();
    return of(parts);
  }

  static Alternatives of(double[] parts) {
    boolean equal = Arrays.stream(parts).allMatch(p -> p == parts[0]);
    if (equal) {
      return new Alternatives(parts.length, new long[0]);
    }
    double whole = Arrays.stream(parts).sum();
    long[] ends = new long[parts.length];
    double sum = 0;
    for (int i = 0; i < parts.length; i++) {
      sum += parts[i];
      ends[i] = Math.round(sum / whole * 0x1p32);
    }
    ends[parts.length - 1] = 1L << 32;
    return new Alternatives(parts.length, ends);
  }

  int count() {
    return count;
  }

  int pick(long bits) {
    long upper = bits >>> 32;
    if (ends.length == 0) {
      return (int) ((upper * count) >>> 32);
    }
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (upper < ends[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
