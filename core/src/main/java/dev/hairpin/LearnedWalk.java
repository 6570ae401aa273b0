package dev.hairpin;

import dev.hairpin.path.Chooser;
import dev.hairpin.path.trace.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the walks of one connection came to, by what chance decided on their way.
 *
 * <p>The choices of a walk are drawn first. If a walk with the same ones has been seen, that is how
 * it ends again; otherwise it is walked with these choices. A walk that asks for others than the
 * earlier ones did, because the network remembers a client, is believed and the earlier ones are
 * forgotten.
 */
final class LearnedWalk {
  /** A {@link Fork}, an {@link Outcome}, or nothing before the first walk. */
  private @Nullable Object start;

  /**
   * What chance is asked.
   *
   * @param part the likely part, or -1 for one of several things that are equally likely
   * @param total how many there are
   */
  private record Question(long part, long total) {
    int ask(Chooser chooser) {
      if (part < 0) {
        return chooser.pick((int) total);
      }
      return chooser.happens(part, total) ? 1 : 0;
    }
  }

  private record Choice(Question question, int answer) {}

  /** Where ways part: after each answer a {@link Fork} or an {@link Outcome}. */
  private record Fork(Question question, Map<Integer, Object> after) {
    Fork(Question question) {
      this(question, new HashMap<>(2));
    }
  }

  /** Makes the choices that were drawn already, and then new ones. */
  private static final class Guide implements Chooser {
    final Chooser chooser;
    final List<Choice> choices;
    int made;
    boolean strayed;

    Guide(Chooser chooser, List<Choice> drawn) {
      this.chooser = chooser;
      this.choices = drawn;
    }

    private int answer(Question question, IntSupplier fresh) {
      if (made < choices.size() && !choices.get(made).question().equals(question)) {
        choices.subList(made, choices.size()).clear();
        strayed = true;
      }
      if (made == choices.size()) {
        choices.add(new Choice(question, fresh.getAsInt()));
      }
      return choices.get(made++).answer();
    }

    @Override
    public boolean happens(long part, long total) {
      Question question = new Question(part, total);
      return answer(question, () -> question.ask(chooser)) == 1;
    }

    @Override
    public int pick(int count) {
      Question question = new Question(-1, count);
      return count == 1 ? 0 : answer(question, () -> question.ask(chooser));
    }

    @Override
    public int draw(int count) {
      return chooser.draw(count);
    }

    /** The choices that were made; what was drawn beyond them nobody asked for. */
    List<Choice> choices() {
      if (made < choices.size()) {
        choices.subList(made, choices.size()).clear();
        strayed = true;
      }
      return choices;
    }
  }

  /** A walk that is really made. */
  @FunctionalInterface
  interface Walk {
    /** How it ends with the choices of a chooser; null if it cannot be made. */
    @Nullable
    Outcome end(Chooser chooser);
  }

  /**
   * Tells how a walk ends.
   *
   * @param chooser what chance decides
   * @param walk really walks; null if it cannot
   * @return the end of a walk with the choices that were drawn now, or null
   */
  @Nullable
  Outcome end(Chooser chooser, Walk walk) {
    List<Choice> drawn = new ArrayList<>();
    Object at = start;
    while (at instanceof Fork fork) {
      int answer = fork.question().ask(chooser);
      drawn.add(new Choice(fork.question(), answer));
      at = fork.after().get(answer);
    }
    if (at != null) {
      return (Outcome) at;
    }
    Guide guide = new Guide(chooser, drawn);
    @Nullable Outcome outcome = walk.end(guide);
    if (outcome == null) {
      return null;
    }
    List<Choice> choices = guide.choices();
    if (guide.strayed) {
      start = null;
    }
    learn(choices, outcome);
    return outcome;
  }

  private void learn(List<Choice> choices, Outcome outcome) {
    Fork last = null;
    int answer = 0;
    for (Choice choice : choices) {
      Object next = last == null ? start : last.after().get(answer);
      Fork fork = next instanceof Fork known ? known : new Fork(choice.question());
      put(last, answer, fork);
      last = fork;
      answer = choice.answer();
    }
    put(last, answer, outcome);
  }

  private void put(@Nullable Fork last, int answer, Object what) {
    if (last == null) {
      start = what;
    } else {
      last.after().put(answer, what);
    }
  }
}
