package dev.hairpin.dns.pattern;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Instructions that find a regular expression in a text, all ways of matching at once.
 *
 * <p>Source: the machine of Thompson and Pike, which Go's {@code regexp} uses too. Time is the
 * length of the text times that of the program, whatever the expression; of several matches the one
 * is found that Perl would find first. Not for use by several threads while it is written.
 */
final class GoProgram {

  /** As many instructions as a short text meets within a second; Go allows some three million. */
  private static final int MOST = 100_000;

  /** What an instruction does; its arguments are x and y. */
  private enum Op {
    /** The character must satisfy a condition. */
    CHARACTER,
    /** The place must satisfy the assertion. */
    ASSERT,
    /** Continues at x, and should that fail at y. */
    SPLIT,
    /** Continues at x. */
    JUMP,
    /** Remembers the place as the bound numbered x. */
    SAVE,
    /** The end. */
    MATCH
  }

  /** What can be asked of a place in a text. */
  enum Place {
    TEXT_BEGIN,
    TEXT_END,
    LINE_BEGIN,
    LINE_END,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY
  }

  private final int bounds;
  private Op[] ops = new Op[16];
  private int[] xs = new int[16];
  private int[] ys = new int[16];
  private IntPredicate[] conditions = new IntPredicate[16];
  private Place[] places = new Place[16];
  private int size;

  /**
   * A program without instructions.
   *
   * @param groups the number of groups, with the whole
   */
  GoProgram(int groups) {
    bounds = 2 * groups;
  }

  int size() {
    return size;
  }

  void character(IntPredicate condition) {
    add(Op.CHARACTER, 0);
    conditions[size - 1] = condition;
  }

  void place(Place place) {
    add(Op.ASSERT, 0);
    places[size - 1] = place;
  }

  void save(int bound) {
    add(Op.SAVE, bound);
  }

  void jump(int target) {
    add(Op.JUMP, target);
  }

  void match() {
    add(Op.MATCH, 0);
  }

  /** A choice whose targets are set when they are known; the place of it. */
  int split() {
    return add(Op.SPLIT, 0);
  }

  /** A jump whose target is set when it is known; the place of it. */
  int jump() {
    return add(Op.JUMP, 0);
  }

  void target(int instruction, int first, int second) {
    xs[instruction] = first;
    ys[instruction] = second;
  }

  private int add(Op op, int x) {
    if (size == MOST) {
      throw new IllegalArgumentException("error parsing regexp: expression too large");
    }
    if (size == ops.length) {
      ops = Arrays.copyOf(ops, 2 * size);
      xs = Arrays.copyOf(xs, 2 * size);
      ys = Arrays.copyOf(ys, 2 * size);
      conditions = Arrays.copyOf(conditions, 2 * size);
      places = Arrays.copyOf(places, 2 * size);
    }
    ops[size] = op;
    xs[size] = x;
    return size++;
  }

  /**
   * Looks for the first place where the expression matches.
   *
   * @param text the text
   * @return begin and end of each group, -1 if it took no part; empty if it does not match
   */
  Optional<int[]> find(String text) {
    Threads now = new Threads(text);
    Threads next = new Threads(text);
    int[] found = null;
    for (int at = 0; ; ) {
      if (found == null) {
        int[] none = new int[bounds];
        Arrays.fill(none, -1);
        now.start(0, at, none);
      }
      int character = at < text.length() ? text.codePointAt(at) : -1;
      int after = at + (character < 0 ? 1 : Character.charCount(character));
      for (int i = 0; i < now.count; i++) {
        int pc = now.list[i];
        if (ops[pc] == Op.MATCH) {
          found = now.bounds[i];
          break;
        }
        if (character >= 0 && conditions[pc].test(character)) {
          next.start(pc + 1, after, now.bounds[i]);
        }
      }
      if (character < 0 || (next.count == 0 && found != null)) {
        return Optional.ofNullable(found);
      }
      Threads spent = now;
      now = next;
      next = spent;
      next.clear();
      at = after;
    }
  }

  /** The ways of matching that are alive at a place, the preferred first. */
  private final class Threads {
    private final String text;
    private final int[] list = new int[size];
    private final int[][] bounds = new int[size][];
    private final boolean[] seen = new boolean[size];

    /** What is still to follow: an instruction, and what was remembered on the way to it. */
    private int[] pending = new int[16];

    private int[][] pendingBounds = new int[16][];
    private int count;

    Threads(String text) {
      this.text = text;
    }

    void clear() {
      count = 0;
      Arrays.fill(seen, false);
    }

    void start(int first, int at, int[] remembered) {
      int depth = push(0, first, remembered);
      while (depth > 0) {
        int pc = pending[--depth];
        int[] known = pendingBounds[depth];
        if (seen[pc]) {
          continue;
        }
        seen[pc] = true;
        switch (ops[pc]) {
          case JUMP -> depth = push(depth, xs[pc], known);
          case SPLIT -> {
            depth = push(depth, ys[pc], known);
            depth = push(depth, xs[pc], known);
          }
          case SAVE -> {
            int[] more = known.clone();
            more[xs[pc]] = at;
            depth = push(depth, pc + 1, more);
          }
          case ASSERT -> {
            if (holds(places[pc], at)) {
              depth = push(depth, pc + 1, known);
            }
          }
          case CHARACTER, MATCH -> {
            list[count] = pc;
            bounds[count++] = known;
          }
        }
      }
    }

    private int push(int depth, int pc, int[] known) {
      if (depth == pending.length) {
        pending = Arrays.copyOf(pending, 2 * depth);
        pendingBounds = Arrays.copyOf(pendingBounds, 2 * depth);
      }
      pending[depth] = pc;
      pendingBounds[depth] = known;
      return depth + 1;
    }

    private boolean holds(Place place, int at) {
      return switch (place) {
        case TEXT_BEGIN -> at == 0;
        case TEXT_END -> at == text.length();
        case LINE_BEGIN -> at == 0 || text.charAt(at - 1) == '\n';
        case LINE_END -> at == text.length() || text.charAt(at) == '\n';
        case WORD_BOUNDARY -> isWord(at - 1) != isWord(at);
        case NO_WORD_BOUNDARY -> isWord(at - 1) == isWord(at);
      };
    }

    private boolean isWord(int at) {
      if (at < 0 || at >= text.length()) {
        return false;
      }
      char c = text.charAt(at);
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
  }
}
