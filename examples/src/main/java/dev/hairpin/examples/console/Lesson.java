package dev.hairpin.examples.console;

import dev.hairpin.examples.incidents.Incident;
import dev.hairpin.examples.incidents.Played;

/**
 * An incident before it is played. It prints its question, so that one can predict the answer.
 *
 * @param incident the incident
 */
public record Lesson(Incident incident) {

  /**
   * Plays it.
   *
   * @return the story, and what came out
   */
  public Played play() {
    return incident.play();
  }

  /** The question. */
  @Override
  public String toString() {
    return Played.question(incident) + "play() shows what happens.\n";
  }
}
