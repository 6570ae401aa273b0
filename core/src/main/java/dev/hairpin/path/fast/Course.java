package dev.hairpin.path.fast;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the rules of a key come to, as far as it depends on the caller's address and the draw alone:
 * questions about the source, and ladders of endpoints at the ends. Which endpoints and lists they
 * are is not part of it, so that thousands of Services share a course; a {@link LookupTable} has
 * them beside the key.
 */
sealed interface Course {

  /**
   * Goes on by the answer to a question.
   *
   * @param asked the question
   * @param yes how it goes on if the answer is yes
   * @param no how it goes on if it is no
   */
  record Fork(SourceQuestion asked, Course yes, Course no) implements Course {}

  /**
   * One of a ladder's endpoints.
   *
   * @param shape the ladder's shape
   * @param mark the flow's mark when it comes to the ladder
   * @param targets where the ladder's targets are
   * @param seconds how long a caller stays with its endpoint; {@link #FORGETS} without affinity
   */
  record Choice(int shape, int mark, Place targets, int seconds) implements Course {
    static final int FORGETS = -1;

    boolean isAffine() {
      return seconds != FORGETS;
    }
  }

  /** Anything else: the rules are to be run. */
  record Unknown() implements Course {}

  /** The only one of its kind. */
  Course UNKNOWN = new Unknown();

  /** Where the targets of a ladder are. */
  sealed interface Place {}

  /**
   * They are told by the number in the key's value.
   *
   * @param offset what is added to the number
   * @param order four bits for each of the first rungs: what is added to it; {@link #COUNTS_ON} for
   *     any number of rungs
   */
  record InSlot(int offset, long order) implements Place {
    /** The targets are in the order of the rungs. */
    static final long COUNTS_ON = 0;
  }

  /**
   * The key has a record of numbers: group and first list if the ladder has affinity, then the
   * first target, or all targets.
   *
   * @param at where in the record the ladder's numbers begin
   * @param countsOn whether the targets count on from the first
   * @param fixed whether each list of callers leads to one endpoint, whichever ladder names it
   */
  record InRecord(int at, boolean countsOn, boolean fixed) implements Place {}

  /** All questions that are asked, those of the ladders' shapes included. */
  static Set<SourceQuestion> questions(Course course, Shape[] shapes) {
    Set<SourceQuestion> all = new LinkedHashSet<>();
    collect(course, shapes, all);
    return all;
  }

  private static void collect(Course course, Shape[] shapes, Set<SourceQuestion> all) {
    if (course instanceof Fork fork) {
      all.add(fork.asked());
      collect(fork.yes(), shapes, all);
      collect(fork.no(), shapes, all);
    } else if (course instanceof Choice choice && shapes[choice.shape()].marksBySource()) {
      all.add(shapes[choice.shape()].question());
    }
  }
}
