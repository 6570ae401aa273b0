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
   * A leaf is 16 octets, two longs; those of a class of sources lie together, by the plan's number:
   *
   *   bits  0-12  outcomes of the draw; 0 if the choice needs more than the leaf, or there is none
   *   bits 13-31  what is added to the number in the key's value
   *   bits 32-55  the answer: as in a Decision
   *
   *   the order: four bits for each of 15 rungs, what is added for it; 0 if the rung itself is
   *              added, since the targets count on
   */
  static final int MOST_ORDERED = 15;

  static final int OFFSET_SHIFT = 13;
  static final int FARTHEST = (1 << (32 - OFFSET_SHIFT)) - 1;
  private static final int OUTCOMES_MASK = (1 << OFFSET_SHIFT) - 1;
  private static final long ANSWER_MASK = 0x00ff_ffff_0000_0000L;

  /**
   * A draw chooses without the ladder's table if its product is further than this from a boundary:
   * all but three in a million do.
   */
  private static final int MARGIN = 4_096;

  private static final int DOUBTFUL = MARGIN + Integer.MIN_VALUE;
  private static final int SAFE = Integer.MAX_VALUE - 2 * MARGIN - OUTCOMES_MASK;

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
   * @param words two words a leaf
   * @param readable the same for flows that need more; null where the rules must be run
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Table(int bits, long[] words, @Nullable Leaf[] readable) {

    /** What a key's value comes to for a class of sources. */
    @Nullable
    Leaf leaf(long value, int origin) {
      return readable[number(value, origin)];
    }

    /** What it adds to the number in the value for a rung. */
    int target(long value, int origin, int rung) {
      int word = 2 * number(value, origin);
      return Plans.target(words[word], words[word + 1], rung);
    }

    private int number(long value, int origin) {
      return (origin << bits) | (int) (value >>> LookupTable.PLAN_SHIFT);
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

  /** The product of a draw and a leaf's outcomes: the rung is its upper half. */
  static long product(long leaf, long draw) {
    return (draw >>> 32) * (leaf & OUTCOMES_MASK);
  }

  /** Whether the upper half of a product is the rung for certain; never without outcomes. */
  static boolean isSure(long product) {
    return (int) product - DOUBTFUL < SAFE;
  }

  /** The same as bits: -1 if it is for certain, else 0. */
  static int sure(long product) {
    return (int) (((long) ((int) product - DOUBTFUL) - SAFE) >> 63);
  }

  /** What is added to the number of a key's value for a rung. */
  static int target(long leaf, long order, int rung) {
    return ((int) leaf >>> OFFSET_SHIFT)
        + (rung & (int) ((order - 1) >> 63))
        + ((int) (order >>> (rung << 2)) & 15);
  }

  /** The answer to a source that is not the endpoint itself, without target. */
  static long answer(long leaf) {
    return leaf & ANSWER_MASK;
  }

  // ---- growing

  /** Takes in what courses and classes of sources the pool has since the last time. */
  void update(Course[] courses, List<Long> classes, ProgramPool pool) {
    int bits = Math.max(table.bits, 32 - Integer.numberOfLeadingZeros(courses.length - 1));
    int rows = Math.max(4, Integer.highestOneBit(2 * classes.size() - 1));
    int leaves = rows << bits;
    if (bits > table.bits || leaves > table.readable.length) {
      table = new Table(bits, new long[2 * leaves], new Leaf[leaves]);
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
      table.readable[number] = leaf;
      table.words[2 * number] = word(leaf, choice.targets());
      table.words[2 * number + 1] =
          choice.targets() instanceof Course.InSlot slot ? slot.order() : 0;
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
    boolean inSlot = choice.targets() instanceof Course.InSlot;
    int place = 0;
    boolean countsOn = true;
    if (choice.targets() instanceof Course.InRecord record) {
      place = record.at();
      countsOn = record.countsOn();
    }
    return new Leaf(
        shape,
        inSlot,
        place,
        countsOn,
        choice.seconds(),
        end(mark),
        end(shape.markedAsItself(mark)));
  }

  private long end(int mark) {
    return (mark & markMask) != 0 ? set : clear;
  }

  private static long word(Leaf leaf, Course.Place place) {
    if (!(place instanceof Course.InSlot slot)) {
      return 0;
    }
    int outcomes = leaf.shape().margin() <= MARGIN ? leaf.shape().outcomes : 0;
    return outcomes | (long) slot.offset() << OFFSET_SHIFT | (leaf.answer() & ANSWER_MASK);
  }
}
