package dev.hairpin.analysis;

import java.util.HashMap;
import java.util.Map;

/** Adds up the shares of ends. */
final class Tally {
  private final Map<Shares.End, Chance> chances = new HashMap<>();

  void add(Shares.End end, Chance chance) {
    chances.merge(end, chance, Chance::plus);
  }

  /** The shares so far; nothing may be added after. */
  Map<Shares.End, Chance> chances() {
    return chances;
  }
}
