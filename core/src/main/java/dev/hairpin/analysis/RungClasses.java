package dev.hairpin.analysis;

import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Ladder;
import dev.hairpin.path.Passage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rungs of a ladder, those together that lead alike, with the chance of each.
 *
 * <p>Cost: about 20 bytes a rung; worked out once for a ladder and a way to it.
 */
final class RungClasses {

  /** Ladders up to this size have exact chances, see {@link Chance}. */
  private static final int MOST_EXACT = 32;

  private record Key(Object shape, Object kin) {}

  private final Ladder ladder;
  private final List<int[]> members;
  private final List<Chance> chances;
  private final Chance[] ofRung;
  private final String[] names;

  RungClasses(Ladder ladder, int from, Passage passage, Kinship kinship) {
    this.ladder = ladder;
    this.ofRung = chances(ladder, from);
    this.names = new String[ladder.size()];
    Map<Object, List<Integer>> byKey = new LinkedHashMap<>();
    for (int i = from; i < ladder.size(); i++) {
      if (ofRung[i].value() > 0) {
        byKey.computeIfAbsent(key(i, passage, kinship), k -> new ArrayList<>()).add(i);
      }
    }
    this.members = new ArrayList<>(byKey.size());
    this.chances = new ArrayList<>(byKey.size());
    for (List<Integer> rungs : byKey.values()) {
      members.add(rungs.stream().mapToInt(Integer::intValue).toArray());
      chances.add(rungs.stream().map(i -> ofRung[i]).reduce(Chance.ZERO, Chance::plus));
      if (rungs.size() > 1) {
        rungs.forEach(i -> names[i] = kinship.nameOf(destination(i)));
      }
    }
  }

  private Object key(int rung, Passage passage, Kinship kinship) {
    SocketAddress destination = ladder.rung(rung).destination();
    return destination == null
        ? rung
        : new Key(ladder.rung(rung).shape(), kinship.of(destination, passage));
  }

  private static Chance[] chances(Ladder ladder, int from) {
    Chance[] result = new Chance[ladder.size()];
    Arrays.fill(result, Chance.ZERO);
    boolean exact = ladder.size() - from <= MOST_EXACT;
    Chance left = Chance.ONE;
    for (int i = from; i < result.length; i++) {
      Chance taken = part(ladder.part(i), ladder.total(), exact);
      result[i] = left.times(taken);
      left = left.times(part(ladder.total() - ladder.part(i), ladder.total(), exact));
    }
    return result;
  }

  private static Chance part(long part, long total, boolean exact) {
    return exact ? Chance.of(part, total) : Chance.rounded((double) part / total);
  }

  int size() {
    return members.size();
  }

  /** How many rungs there are in all classes, or more. */
  int rungs() {
    return ofRung.length;
  }

  /** The rung that stands for a class. */
  int representative(int index) {
    return members.get(index)[0];
  }

  /** The rungs of a class. */
  int[] members(int index) {
    return members.get(index);
  }

  Chance chance(int index) {
    return chances.get(index);
  }

  Chance chanceOfRung(int rung) {
    return ofRung[rung];
  }

  /** Where a rung leads; rungs of a class with several members all lead somewhere. */
  SocketAddress destination(int rung) {
    return java.util.Objects.requireNonNull(ladder.rung(rung).destination());
  }

  /** How ends name where a rung of a class with several members leads. */
  String name(int rung) {
    return names[rung];
  }
}
