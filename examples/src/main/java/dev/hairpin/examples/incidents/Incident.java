package dev.hairpin.examples.incidents;

/**
 * An incident that can be played.
 *
 * @param id the stable id, such as {@code svc-01-selector-typo}
 * @param title what it is, in a line
 * @param question what to predict before it is played
 * @param scenario what happens
 */
public record Incident(String id, String title, String question, Scenario scenario) {

  /** Sets a situation up, asks the model, and says what is to come out. */
  @FunctionalInterface
  interface Scenario {

    /**
     * Plays it.
     *
     * @param play takes the steps, what they show, and what is to come out
     */
    void run(Play play);
  }

  /**
   * What it is about.
   *
   * @return the area
   */
  public Area area() {
    return Area.of(id);
  }

  /**
   * Plays it.
   *
   * @return what was seen, and whether it came out as it should; the same every time
   */
  public Played play() {
    Play play = new Play();
    scenario.run(play);
    return new Played(this, play.text(), play.checks());
  }
}
