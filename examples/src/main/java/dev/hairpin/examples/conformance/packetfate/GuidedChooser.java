package dev.hairpin.examples.conformance.packetfate;

import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Makes the choices of a script, so that a replay goes the way that the recorded run went; beyond
 * the script, and where the script does not fit, another chooser decides.
 */
final class GuidedChooser implements Chooser {
  private final Chooser other;
  private final List<Integer> script;
  private final List<Integer> made = new ArrayList<>();

  GuidedChooser(Chooser other, List<Integer> script) {
    this.other = other;
    this.script = script;
  }

  /** The choices that were made, to be a script for another run. */
  List<Integer> made() {
    return List.copyOf(made);
  }

  private int next(int count, UnaryOperator<Integer> free) {
    int at = made.size();
    int choice = at < script.size() && script.get(at) < count ? script.get(at) : free.apply(count);
    made.add(choice);
    return choice;
  }

  @Override
  public boolean happens(long part, long total) {
    if (part <= 0 || part >= total) {
      return part > 0;
    }
    return next(2, n -> other.happens(part, total) ? 1 : 0) == 1;
  }

  @Override
  public int pick(int count) {
    return next(count, other::pick);
  }

  @Override
  public int draw(int count) {
    return other.draw(count);
  }
}
