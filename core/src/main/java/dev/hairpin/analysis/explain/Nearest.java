package dev.hairpin.analysis.explain;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the word that was probably meant by one that does not exist. */
public final class Nearest {
  private Nearest() {}

  /**
   * The known words that are near, nearest first: at most a third of their letters differ.
   *
   * @param word the word
   * @param known the words that exist
   * @return the near ones; those at the same distance by alphabet
   */
  public static List<String> all(String word, Collection<String> known) {
    return known.stream()
        .distinct()
        .filter(k -> !k.equals(word) && isNear(word, k))
        .sorted(Comparator.comparingInt((String k) -> distance(word, k))
            .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /**
   * The nearest known word.
   *
   * @param word the word
   * @param known the words that exist
   * @return the first of {@link #all}
   */
  public static Optional<String> one(String word, Collection<String> known) {
    return all(word, known).stream().findFirst();
  }

  /**
   * Whether two words differ in a third of the second's letters at most.
   *
   * @param word the word
   * @param known the word that exists
   * @return true if one may stand for the other
   */
  public static boolean isNear(String word, String known) {
    int limit = Math.max(1, known.length() / 3);
    return Math.abs(word.length() - known.length()) <= limit && distance(word, known) <= limit;
  }

  /**
   * How many letters must be added, dropped, changed, or swapped with their neighbour.
   *
   * @param a a word
   * @param b another
   * @return the distance (Levenshtein's, with swaps of neighbours)
   */
  public static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(last[j - 1] + cost, Math.min(last[j], row[j - 1]) + 1);
        boolean swapped = i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
