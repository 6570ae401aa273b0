package dev.hairpin.dns.pattern;

import dev.hairpin.dns.pattern.GoProgram.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** A part of a regular expression, which knows how to write itself as a program. */
sealed interface GoPart {
  void write(GoProgram program);

  /** The largest product of counts of repetitions in one another. */
  default int repetitions() {
    return 1;
  }

  /** Whether it can match without a character. */
  default boolean canBeEmpty() {
    return false;
  }

  private static int most(List<GoPart> parts) {
    return parts.stream().mapToInt(GoPart::repetitions).max().orElse(1);
  }

  /** One character. */
  record Single(IntPredicate condition) implements GoPart {
    @Override
    public void write(GoProgram program) {
      program.character(condition);
    }
  }

  /** A place between characters. */
  record Assertion(Place place) implements GoPart {
    @Override
    public void write(GoProgram program) {
      program.place(place);
    }

    @Override
    public boolean canBeEmpty() {
      return true;
    }
  }

  /** Parts after one another. */
  record Sequence(List<GoPart> parts, int repetitions, boolean canBeEmpty) implements GoPart {
    Sequence(List<GoPart> parts) {
      this(parts, most(parts), parts.stream().allMatch(GoPart::canBeEmpty));
    }

    @Override
    public void write(GoProgram program) {
      parts.forEach(part -> part.write(program));
    }
  }

  /** One of several, the first that matches. */
  record Choice(List<GoPart> parts, int repetitions, boolean canBeEmpty) implements GoPart {
    Choice(List<GoPart> parts) {
      this(parts, most(parts), parts.stream().anyMatch(GoPart::canBeEmpty));
    }

    @Override
    public void write(GoProgram program) {
      List<Integer> ends = new ArrayList<>();
      for (GoPart part : parts.subList(0, parts.size() - 1)) {
        int split = program.split();
        part.write(program);
        ends.add(program.jump());
        program.target(split, split + 1, program.size());
      }
      parts.get(parts.size() - 1).write(program);
      ends.forEach(end -> program.target(end, program.size(), 0));
    }
  }

  /** A part whose bounds are remembered. */
  record Group(int number, GoPart part, int repetitions, boolean canBeEmpty) implements GoPart {
    Group(int number, GoPart part) {
      this(number, part, part.repetitions(), part.canBeEmpty());
    }

    @Override
    public void write(GoProgram program) {
      program.save(2 * number);
      part.write(program);
      program.save(2 * number + 1);
    }
  }

  /** A part several times; {@code max} is -1 if there is no most. */
  record Repetition(
      GoPart part, int min, int max, boolean greedy, int repetitions, boolean canBeEmpty)
      implements GoPart {
    @Override
    public void write(GoProgram program) {
      for (int i = 0; i < min; i++) {
        part.write(program);
      }
      if (max < 0) {
        loop(program);
        return;
      }
      List<Integer> splits = new ArrayList<>();
      for (int i = min; i < max; i++) {
        splits.add(program.split());
        part.write(program);
      }
      splits.forEach(split -> choose(program, split));
    }

    /** What can be empty is entered at least once, as Go does since 1.16. */
    private void loop(GoProgram program) {
      int enter = program.split();
      part.write(program);
      if (part.canBeEmpty()) {
        int again = program.split();
        program.target(again, greedy ? enter + 1 : again + 1, greedy ? again + 1 : enter + 1);
      } else {
        program.jump(enter);
      }
      choose(program, enter);
    }

    private void choose(GoProgram program, int split) {
      program.target(
          split, greedy ? split + 1 : program.size(), greedy ? program.size() : split + 1);
    }
  }
}
