package dev.hairpin.analysis;

import java.util.HashMap;
import java.util.Map;

/** Adds up the shares of ends. */
final class Tally {
  private Map<Shares.End, Chance> chances = new HashMap<>();

  /** Makes room, where nothing was added yet, so that the map does not grow step by step. */
  void expect(int ends) {
    if (chances.isEmpty()) {
      chances = new HashMap<>(2 * ends);
    }
  }

  void add(Shares.End end, Chance chance) {
    chances.merge(end, chance, Chance::plus);
  }

  /** The shares so far; nothing may be added after. */
  Map<Shares.End, Chance> chances() {
    return chances;
  }
}
