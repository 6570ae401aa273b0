package dev.hairpin.examples.incidents;

import java.util.List;

/**
 * An incident that was played.
 *
 * @param incident the incident
 * @param story the steps and what they showed
 * @param checks what was to come out, and what came out
 */
public record Played(Incident incident, String story, List<Check> checks) {

  /** Copies the list. */
  public Played {
    checks = List.copyOf(checks);
  }

  /**
   * One thing that was to come out.
   *
   * @param what what it is
   * @param expected what was to come out
   * @param actual what the model said
   * @param holds whether that is the same
   */
  public record Check(String what, String expected, String actual, boolean holds) {

    /** {@code ok what: actual}, or what was expected instead. */
    @Override
    public String toString() {
      return holds
          ? "  ok  " + what + ": " + actual
          : "  NO  " + what + ": " + actual + ", but expected was " + expected;
    }
  }

  /**
   * Whether everything came out as it should.
   *
   * @return true if there was something to come out, and all of it did
   */
  public boolean stands() {
    return !checks.isEmpty() && checks.stream().allMatch(Check::holds);
  }

  /**
   * What comes before the answer: the head and the question.
   *
   * @return the text
   */
  public static String question(Incident incident) {
    return incident.id() + "\n" + incident.title() + "   (" + incident.area() + ")\n\nPredict: "
        + incident.question() + "\n\n";
  }

  /** The question, the story and the results. */
  @Override
  public String toString() {
    return question(incident) + answer();
  }

  /**
   * What comes after the question.
   *
   * @return the story and the results
   */
  public String answer() {
    StringBuilder out = new StringBuilder(story);
    checks.forEach(c -> out.append(c).append('\n'));
    return out.toString();
  }
}
