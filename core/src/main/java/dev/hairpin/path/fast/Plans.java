package dev.hairpin.path.fast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The courses of a {@link ProgramPool} for one way through programs, as arrays: what a key comes to
 * for sources of a class. All programs of a pool with the same way share them. Grown by the thread
 * that compiles; a program sees those {@linkplain #table() that there were} when it was made.
 */
final class Plans {

  /*
   * A leaf is 32 octets, four longs; those of a class of sources lie together, by the plan's number:
   *
   *   draw    outcomes of the draw; 0 if the choice needs more than the leaf, or there is none
   *   order   four bits for each of 16 rungs: what is added to the rung for it
   *   answer  as in a Decision, plus what is added to the number in the key's value
   *   record  0 if the number in the key's value tells the targets; else it is the place of a record:
   *             bit      0  each list of callers leads to one endpoint, whichever key is called
   *             bit      1  the record begins with a group and a first list: callers are remembered
   *             bit      2  the targets count on from the first
   *             bits  3-17  where in the record the ladder's numbers begin
   *             bits 18-30  rungs
   *             bits 32-62  how many seconds callers are remembered
   *
   * Rung, order and number are added to the answer as they are: the lower half of the sum is the
   * target.
   */
  static final int LEAF_BITS = 2;

  static final int ORDER = 1;
  static final int ANSWER = 2;
  static final int RECORD = 3;

  static final int MOST_ORDERED = 16;
  static final int MOST_ADDED = 15;

  private static final int MOST_PLACE = (1 << 15) - 1;
  private static final int MOST_RUNGS = (1 << 13) - 1;

  /**
   * A draw chooses without the ladder's table if its product is further than this from a boundary:
   * all but three in a million do.
   */
  private static final int MARGIN = 4_096;

  private static final int DOUBTFUL = MARGIN + Integer.MIN_VALUE;
  private static final int SAFE = Integer.MAX_VALUE - 2 * MARGIN - MOST_RUNGS;

  private final int markMask;
  private final long clear;
  private final long set;
  private Table table = new Table(2, new long[0], new Leaf[0]);
  private int planned;
  private int classified;

  /**
   * The leaves.
   *
   * @param bits how many bits of a leaf's number are the plan's; the class is above
   * @param words four words a leaf
   * @param readable the same for flows that need more; null where the rules must be run
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Table(int bits, long[] words, @Nullable Leaf[] readable) {

    /** Where the leaves of a class of sources begin. */
    int row(int origin) {
      return origin << (bits + LEAF_BITS);
    }
  }

  /** Plans for a way that looks at some bits of the mark. */
  Plans(int markMask, long clear, long set) {
    this.markMask = markMask;
    this.clear = clear;
    this.set = set;
  }

  Table table() {
    return table;
  }

  // ---- reading a leaf

  /** The plan of a key's value, as a distance in words from where the leaves of a class begin. */
  static int plan(long value) {
    return (int) (value >>> LookupTable.PLAN_SHIFT) << LEAF_BITS;
  }

  /** The product of a draw and a leaf's outcomes: the rung is its upper half. */
  static long product(long outcomes, long draw) {
    return (draw >>> 32) * outcomes;
  }

  /** Whether the upper half of a product is the rung for certain; never without outcomes. */
  static boolean isSure(long product) {
    return (int) product - DOUBTFUL < SAFE;
  }

  /** The same as bits: -1 if it is for certain, else 0. */
  static long sure(long product) {
    return ((long) ((int) product - DOUBTFUL) - SAFE) >> 63;
  }

  /** What is added to the number of a key's value for a rung. */
  static long added(long order, long rung) {
    return rung + (order >>> ((int) rung << 2) & MOST_ADDED);
  }

  static boolean isFixed(long record) {
    return (record & 1) != 0;
  }

  static boolean isAffine(long record) {
    return (record & 2) != 0;
  }

  static boolean countsOn(long record) {
    return (record & 4) != 0;
  }

  static int place(long record) {
    return (int) record >>> 3 & MOST_PLACE;
  }

  static int rungs(long record) {
    return (int) record >>> 18;
  }

  static int seconds(long record) {
    return (int) (record >>> 32);
  }

  // ---- growing

  /** Takes in what courses and classes of sources the pool has since the last time. */
  void update(Course[] courses, List<Long> classes, ProgramPool pool) {
    int bits = Math.max(table.bits, 32 - Integer.numberOfLeadingZeros(courses.length - 1));
    int rows = Math.max(4, Integer.highestOneBit(2 * classes.size() - 1));
    int leaves = rows << bits;
    if (bits > table.bits || leaves > table.readable.length) {
      table = new Table(bits, new long[leaves << LEAF_BITS], new Leaf[leaves]);
      planned = 0;
      classified = 0;
    }
    for (int origin = 0; origin < classes.size(); origin++) {
      for (int plan = origin < classified ? planned : 0; plan < courses.length; plan++) {
        add(courses[plan], classes.get(origin), (origin << bits) | plan, pool);
      }
    }
    planned = courses.length;
    classified = classes.size();
  }

  private void add(Course course, long answers, int number, ProgramPool pool) {
    Course end = course;
    while (end instanceof Course.Fork fork) {
      end = holds(fork.asked(), answers, pool) ? fork.yes() : fork.no();
    }
    // The first class is of those whose answers are not known.
    if (number >>> table.bits > 0 && end instanceof Course.Choice choice) {
      Leaf leaf = leaf(choice, answers, pool);
      int at = number << LEAF_BITS;
      if (choice.targets() instanceof Course.InSlot slot) {
        table.words[at] = leaf.shape().margin() <= MARGIN ? leaf.shape().outcomes : 0;
        table.words[at + ORDER] = slot.order();
        table.words[at + ANSWER] = leaf.answer() + slot.offset();
      } else if (choice.targets() instanceof Course.InRecord record) {
        if (record.at() > MOST_PLACE) {
          return;
        }
        table.words[at + ANSWER] = leaf.answer();
        table.words[at + RECORD] = (record.fixed() ? 1 : 0)
            | (choice.isAffine() ? 2 : 0)
            | (record.countsOn() ? 4 : 0)
            | (long) record.at() << 3
            | (long) leaf.shape().ladder.rungs() << 18
            | (choice.isAffine() ? (long) choice.seconds() << 32 : 0);
      }
      table.readable[number] = leaf;
    }
  }

  private static boolean holds(SourceQuestion question, long answers, ProgramPool pool) {
    return (answers >>> pool.answerBit(question) & 1) != 0;
  }

  private Leaf leaf(Course.Choice choice, long answers, ProgramPool pool) {
    Shape shape = pool.shapes()[choice.shape()];
    int mark = choice.mark();
    if (shape.marksBySource()) {
      mark = shape.markedBySource(mark, holds(shape.question(), answers, pool));
    }
    return new Leaf(shape, end(mark), end(shape.markedAsItself(mark)));
  }

  private long end(int mark) {
    return (mark & markMask) != 0 ? set : clear;
  }
}
