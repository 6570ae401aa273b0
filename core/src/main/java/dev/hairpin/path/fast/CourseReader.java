package dev.hairpin.path.fast;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;

/** Works out the {@link Course} of a key of IPv4 from the routines that it leads to. */
final class CourseReader {
  private static final int MOST_STEPS = 64;
  private static final int MOST_DEPTH = 8;

  private final int[][] pages;
  private final int[] homes;
  private final int[] places;
  private final Shape[] shapes;
  private final int[] profiles;

  /** The routines that the course depends on. */
  final IntArrayList routines = new IntArrayList();

  /** The numbers of its ladders. */
  final IntArrayList record = new IntArrayList();

  /** Addresses of ladders, and where their numbers are in the record. */
  private final IntArrayList ladders = new IntArrayList();

  private final IntArrayList ladderPlaces = new IntArrayList();
  private long key;
  private int steps;

  /** A reader of code whose words are all written. */
  CourseReader(CodePages code, ProgramPool pool) {
    this.pages = code.pages();
    this.homes = code.homes();
    this.places = code.places();
    this.shapes = pool.shapes();
    this.profiles = pool.profiles();
  }

  /**
   * The course of a key's routine; unknown if the rules must be run for every flow.
   *
   * @param ofKey the key, as {@link LookupTable} has it
   * @param routine the routine's number
   */
  Course read(long ofKey, int routine) {
    key = ofKey;
    steps = 0;
    routines.clear();
    record.clear();
    ladders.clear();
    ladderPlaces.clear();
    Course course = routine(routine, 0, 0);
    boolean inSlot = course instanceof Course.Choice choice
        && choice.countsOn()
        && choice.seconds() == Course.Choice.FORGETS;
    if (inSlot) {
      Course.Choice choice = (Course.Choice) course;
      return new Course.Choice(
          choice.shape(), choice.mark(), Course.Choice.IN_SLOT, true, Course.Choice.FORGETS);
    }
    return record.isEmpty() ? Course.UNKNOWN : course;
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
        case Op.SOURCE_IS -> {
          long block = (long) words[at + 1] << 32 | 0xffff_ffffL;
          return fork(Course.Question.IN_BLOCK, block, word, page + at, page + next, mark, depth);
        }
        case Op.SOURCE_IN -> {
          long block = (long) words[at + 1] << 32 | (words[at + 2] & 0xffff_ffffL);
          return fork(Course.Question.IN_BLOCK, block, word, page + at, page + next, mark, depth);
        }
        case Op.SOURCE_IN_NODE_BLOCK -> {
          return fork(
              Course.Question.IN_NODE_BLOCK,
              words[at + 1],
              word,
              page + at,
              page + next,
              mark,
              depth);
        }
        case Op.SOURCE_TYPE -> {
          return fork(
              Course.Question.OF_TYPE, words[at + 1], word, page + at, page + next, mark, depth);
        }
        case Op.MARK_UNLESS -> {
          int flags = word >>> 8;
          boolean asked = (flags & 16) == 0 || isTuple(words, at + 2);
          if (asked) {
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

  private Course fork(
      Course.Question question, long operand, int word, int at, int next, int mark, int depth) {
    Course holds = from(next, mark, depth);
    Course fails = from(at + (word >>> 8), mark, depth);
    boolean inverted = (word & Op.NOT) != 0;
    return new Course.Fork(question, operand, inverted ? fails : holds, inverted ? holds : fails);
  }

  /** Whether the key has a protocol, port and destination. */
  private boolean isTuple(int[] words, int at) {
    long meta = (long) (words[at] & 0xffff) << 16 | words[at] >>> 16;
    return key == ((long) words[at + 1] << 32 | meta);
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
    return new Course.Fork(
        ofNode ? Course.Question.IN_NODE_BLOCK : Course.Question.IN_BLOCK,
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
    int seconds = affine ? words[at + 4] : Course.Choice.FORGETS;
    int known = ladders.indexOf(address);
    int place = known >= 0 ? ladderPlaces.getInt(known) : record.size();
    if (known < 0) {
      ladders.add(address);
      ladderPlaces.add(place);
      if (affine) {
        record.add(words[at + 3]);
        record.add(words[at + 5]);
      }
      int rungs = words[at] >>> 8;
      int targets = at + (affine ? Op.AFFINE_HEADER : Op.BALANCE_HEADER);
      for (int i = 0; i < (countsOn ? 1 : rungs); i++) {
        record.add(countsOn ? words[at + 2] : words[targets + i]);
      }
    }
    return new Course.Choice(shape.number, mark, place, countsOn, seconds);
  }
}
