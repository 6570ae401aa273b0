package dev.hairpin.dns.plugin;

import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One question of a client with all the questions that follow from it: how much time they take,
 * what is left to chance, and what happened.
 */
public final class Exchange {

  /**
   * How many questions may follow from one another. CoreDNS has no limit and would not come back
   * from a loop of rewritten aliases.
   */
  private static final int MAX_DEPTH = 32;

  private final Instant begun;
  private final Chooser chooser;
  private final boolean rehearsal;
  private final List<String> notes = new ArrayList<>();
  private Duration elapsed = Duration.ZERO;
  private int depth;

  /**
   * A new exchange.
   *
   * @param begun when the question arrived
   * @param chooser makes every choice that is left to chance
   */
  public Exchange(Instant begun, Chooser chooser) {
    this(begun, chooser, false);
  }

  /**
   * A new exchange.
   *
   * @param begun when the question arrived
   * @param chooser makes every choice that is left to chance
   * @param rehearsal whether it is to leave no trace in caches and counters
   */
  public Exchange(Instant begun, Chooser chooser, boolean rehearsal) {
    this.begun = begun;
    this.chooser = chooser;
    this.rehearsal = rehearsal;
  }

  /**
   * Whether the exchange is to leave no trace, so that it can be run again from the same state.
   *
   * @return true if caches and counters must stay as they are
   */
  public boolean isRehearsal() {
    return rehearsal;
  }

  /**
   * The time now.
   *
   * @return the time at which the question arrived, and what was spent since
   */
  public Instant now() {
    return begun.plus(elapsed);
  }

  /**
   * Lets time pass.
   *
   * @param duration how much
   */
  public void spend(Duration duration) {
    elapsed = elapsed.plus(duration);
  }

  /**
   * How long the answer takes.
   *
   * @return what was spent so far
   */
  public Duration elapsed() {
    return elapsed;
  }

  /**
   * Makes what is left to chance.
   *
   * @return the chooser
   */
  public Chooser chooser() {
    return chooser;
  }

  /**
   * Notes what a plugin did, for the explanation of the answer.
   *
   * @param plugin the plugin
   * @param what what it did and why
   */
  public void note(String plugin, String what) {
    notes.add(plugin + ": " + what);
  }

  /**
   * What happened.
   *
   * @return a line for each thing that a plugin did
   */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * Begins a question that follows from the one that is being answered.
   *
   * @return false if there are too many already
   */
  public boolean enter() {
    if (depth >= MAX_DEPTH) {
      return false;
    }
    depth++;
    return true;
  }

  /**
   * How many questions follow from one another at the moment.
   *
   * @return 0 while the client's own question is answered
   */
  public int depth() {
    return depth;
  }

  /** Ends a question that was begun. */
  public void leave() {
    depth--;
  }
}
