package dev.hairpin.path.fast;

import dev.hairpin.path.fast.Course.Choice;
import dev.hairpin.path.fast.Course.Fork;
import dev.hairpin.path.fast.Course.InRecord;
import dev.hairpin.path.fast.Course.InSlot;
import dev.hairpin.path.fast.Course.Place;
import dev.hairpin.path.fast.SourceQuestion.Kind;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Works out the {@link Course} of a key of IPv4 from the routines that it leads to. */
final class CourseReader {
  private static final int MOST_STEPS = 64;
  private static final int MOST_DEPTH = 8;

  private final int[][] pages;
  private final int[] homes;
  private final int[] places;
  private final Shape[] shapes;
  private final int[] profiles;
  private final ProgramPool pool;

  /** The routines that the course depends on. */
  final IntArrayList routines = new IntArrayList();

  /** Addresses of ladders in the order in which they were come to, and what is known of them. */
  private final IntArrayList addresses = new IntArrayList();

  private final List<Found> ladders = new ArrayList<>();
  private long key;
  private int steps;

  /** A reader of code whose words are all written. */
  CourseReader(CodePages code, ProgramPool pool) {
    this.pages = code.pages();
    this.homes = code.homes();
    this.places = code.places();
    this.shapes = pool.shapes();
    this.profiles = pool.profiles();
    this.pool = pool;
  }

  /**
   * A ladder of the key.
   *
   * @param group the group of its lists, and their first; both -1 without affinity
   * @param targets its targets; only the first if they count on
   * @param fixed whether its lists lead to these targets in all ladders
   */
  private record Found(
      int group, int firstList, boolean countsOn, int rungs, IntList targets, boolean fixed) {
    boolean isAffine() {
      return group >= 0;
    }

    /**
     * How the number in the key's value, which is the least target of the key, tells the targets;
     * null if it cannot.
     */
    @Nullable
    Place inSlot(int least) {
      if (countsOn) {
        return new InSlot(targets.getInt(0) - least, InSlot.COUNTS_ON);
      }
      if (rungs > Plans.MOST_ORDERED) {
        return null;
      }
      int leastAdded = Integer.MAX_VALUE;
      for (int rung = 0; rung < rungs; rung++) {
        leastAdded = Math.min(leastAdded, targets.getInt(rung) - rung);
      }
      long order = 0;
      for (int rung = 0; rung < rungs; rung++) {
        int added = targets.getInt(rung) - rung - leastAdded;
        if (added > Plans.MOST_ADDED) {
          return null;
        }
        order |= (long) added << (4 * rung);
      }
      return new InSlot(leastAdded - least, order);
    }
  }

  /**
   * A course of a key.
   *
   * @param course the course
   * @param number what the key's value says beside: the least of its targets, or, if there is a
   *     record, nothing
   * @param record the numbers of its ladders; empty if the value says all
   */
  record Reading(Course course, int number, IntList record) {
    static final Reading UNKNOWN = new Reading(Course.UNKNOWN, 0, IntList.of());
  }

  /**
   * Reads a key's routine.
   *
   * @param ofKey the key, as {@link LookupTable} has it
   * @param routine the routine's number
   * @return the courses that lead to the same end, the best first: {@linkplain Course#UNKNOWN
   *     unknown} if the rules must be run for every flow
   */
  List<Reading> read(long ofKey, int routine) {
    key = ofKey;
    steps = 0;
    routines.clear();
    addresses.clear();
    ladders.clear();
    Course course = routine(routine, 0, 0);
    if (ladders.isEmpty()) {
      return List.of(Reading.UNKNOWN);
    }
    Reading fallback = inRecord(course);
    @Nullable Reading best = inSlot(course);
    return best == null ? List.of(fallback) : List.of(best, fallback);
  }

  private @Nullable Reading inSlot(Course course) {
    int least = Integer.MAX_VALUE;
    for (Found ladder : ladders) {
      if (ladder.isAffine()) {
        return null;
      }
      least = Math.min(least, ladder.targets().intStream().min().orElse(0));
    }
    List<Place> places = new ArrayList<>();
    for (Found ladder : ladders) {
      Place place = ladder.inSlot(least);
      if (place == null) {
        return null;
      }
      places.add(place);
    }
    return new Reading(placed(course, places), least, IntList.of());
  }

  private Reading inRecord(Course course) {
    IntArrayList record = new IntArrayList();
    List<Place> places = new ArrayList<>();
    for (Found ladder : ladders) {
      places.add(new InRecord(record.size(), ladder.countsOn(), ladder.fixed()));
      if (ladder.isAffine()) {
        record.add(ladder.group());
        record.add(ladder.firstList());
      }
      record.addAll(ladder.targets());
    }
    return new Reading(placed(course, places), 0, record);
  }

  /** A course whose ladders, which have numbers so far, get their places. */
  private static Course placed(Course course, List<Place> places) {
    if (course instanceof Fork fork) {
      return new Fork(fork.asked(), placed(fork.yes(), places), placed(fork.no(), places));
    }
    if (course instanceof Choice choice && choice.targets() instanceof InSlot number) {
      return new Choice(
          choice.shape(), choice.mark(), places.get(number.offset()), choice.seconds());
    }
    return course;
  }

  private Course routine(int number, int mark, int depth) {
    if (depth > MOST_DEPTH) {
      return Course.UNKNOWN;
    }
    if (!routines.contains(number)) {
      routines.add(number);
    }
    return from(places[number], mark, depth);
  }

  private Course from(int address, int markSoFar, int depth) {
    int[] words = pages[address >>> ProgramCode.PAGE_BITS];
    int at = address & ProgramCode.PAGE_MASK;
    int page = address - at;
    int mark = markSoFar;
    while (steps++ < MOST_STEPS) {
      int word = words[at];
      int next = at + RoutineReader.length(words, at, true);
      switch (RoutineReader.code(word)) {
        case Op.BALANCE, Op.BALANCE_AFFINE -> {
          return choice(words, at, page + at, mark);
        }
        case Op.JUMP, Op.GOTO -> {
          // A routine's address for callers never changes, so that they lie in its numbers' order.
          int number = Arrays.binarySearch(homes, words[at + 1]);
          return number < 0 ? Course.UNKNOWN : routine(number, mark, depth + 1);
        }
        case Op.SET_MARK -> mark = (mark & ~words[at + 2]) ^ words[at + 1];
        case Op.DESTINATION_IN -> {
          // Such as loopback addresses, whose packets are counted and then treated as all others.
          Course holds = from(page + next, mark, depth);
          Course fails = from(page + at + (word >>> 8), mark, depth);
          return holds.equals(fails) ? holds : Course.UNKNOWN;
        }
        case Op.SOURCE_IS -> {
          long block = (long) words[at + 1] << 32 | 0xffff_ffffL;
          return fork(Kind.IN_BLOCK, block, word, page + at, page + next, mark, depth);
        }
        case Op.SOURCE_IN -> {
          long block = (long) words[at + 1] << 32 | (words[at + 2] & 0xffff_ffffL);
          return fork(Kind.IN_BLOCK, block, word, page + at, page + next, mark, depth);
        }
        case Op.SOURCE_IN_NODE_BLOCK -> {
          return fork(Kind.IN_NODE_BLOCK, words[at + 1], word, page + at, page + next, mark, depth);
        }
        case Op.SOURCE_TYPE -> {
          return fork(Kind.OF_TYPE, words[at + 1], word, page + at, page + next, mark, depth);
        }
        case Op.MARK_UNLESS -> {
          boolean ofTuple = (word >>> 8 & 16) != 0;
          if (ofTuple && isOpen() && hasPortOf(words, at + 2)) {
            return Course.UNKNOWN;
          }
          if (!ofTuple || isTuple(words, at + 2)) {
            return marking(words, at, page + next, mark, depth);
          }
        }
        default -> {
          return Course.UNKNOWN;
        }
      }
      at = next;
    }
    return Course.UNKNOWN;
  }

  private Course fork(Kind kind, long operand, int word, int at, int next, int mark, int depth) {
    Course holds = from(next, mark, depth);
    Course fails = from(at + (word >>> 8), mark, depth);
    boolean inverted = (word & Op.NOT) != 0;
    return fork(kind, operand, inverted ? fails : holds, inverted ? holds : fails);
  }

  /** Questions with the same answer, one after the other, are one question. */
  private static Course fork(Kind kind, long operand, Course yes, Course no) {
    SourceQuestion asked = SourceQuestion.of(kind, operand);
    if (yes.equals(no)) {
      return yes;
    }
    return no instanceof Fork next && next.yes().equals(yes)
        ? new Fork(asked.or(next.asked()), yes, next.no())
        : new Fork(asked, yes, no);
  }

  private boolean isOpen() {
    return (key & LookupTable.OPEN) != 0;
  }

  /** Whether the key has a protocol, port and destination; never if its destination is open. */
  private boolean isTuple(int[] words, int at) {
    return key == ((long) words[at + 1] << 32 | meta(words[at]));
  }

  private boolean hasPortOf(int[] words, int at) {
    return (key & 0xffff_ffffL) == (meta(words[at]) | LookupTable.OPEN);
  }

  /** Protocol and port of an instruction as a key has them. */
  private static long meta(int protocolAndPort) {
    return (long) (protocolAndPort & 0xffff) << 16 | protocolAndPort >>> 16;
  }

  private Course marking(int[] words, int at, int next, int mark, int depth) {
    int flags = words[at] >>> 8;
    int block = at + 2 + ((flags & 16) != 0 ? 2 : 0);
    boolean ofNode = (flags & 1) != 0;
    long operand =
        ofNode ? words[block] : (long) words[block] << 32 | (words[block + 1] & 0xffff_ffffL);
    int profile = words[at + 1];
    int kept = mark & ~profiles[profile + Op.PROFILE_MASK];
    int changed = kept ^ profiles[profile + Op.PROFILE_VALUE];
    Course marked = from(next, changed, depth);
    Course same = from(next, mark, depth);
    boolean inside = (flags & 8) == 0;
    return fork(
        ofNode ? Kind.IN_NODE_BLOCK : Kind.IN_BLOCK,
        operand,
        inside ? marked : same,
        inside ? same : marked);
  }

  private Course choice(int[] words, int at, int address, int mark) {
    boolean affine = RoutineReader.code(words[at]) == Op.BALANCE_AFFINE;
    Shape shape = shapes[words[at + 1]];
    boolean ofOtherProtocol = shape.protocol != 0 && shape.protocol != (key & 0xff);
    boolean scatteredLists = affine && words[at + 5] < 0;
    if (ofOtherProtocol || scatteredLists || !shape.isCertain()) {
      return Course.UNKNOWN;
    }
    boolean countsOn = words[at + 2] >= 0;
    int number = addresses.indexOf(address);
    if (number < 0) {
      number = addresses.size();
      addresses.add(address);
      int rungs = words[at] >>> 8;
      int first = at + (affine ? Op.AFFINE_HEADER : Op.BALANCE_HEADER);
      IntList targets = countsOn
          ? IntList.of(words[at + 2])
          : IntArrayList.wrap(Arrays.copyOfRange(words, first, first + rungs));
      boolean fixed = affine;
      for (int rung = 0; affine && rung < rungs; rung++) {
        int target = countsOn ? words[at + 2] + rung : words[first + rung];
        fixed &= pool.leadsTo(words[at + 5] + rung, target);
      }
      ladders.add(new Found(
          affine ? words[at + 3] : -1,
          affine ? words[at + 5] : -1,
          countsOn,
          rungs,
          targets,
          fixed));
    }
    return new Choice(
        shape.number,
        mark,
        new InSlot(number, InSlot.COUNTS_ON),
        affine ? words[at + 4] : Choice.FORGETS);
  }
}
