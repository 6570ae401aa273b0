package dev.hairpin.analysis;

import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.Ladder;
import dev.hairpin.path.Passage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Visits every way in which the choices of a connection can fall, and adds up where it ends.
 *
 * <p>A connection is walked once for each combination of choices; of the rungs of a ladder that
 * lead alike only one is walked, and what became of it is said of the others too. What is worked
 * out about ladders is kept, so an explorer serves as long as nothing changes in the cluster. Not
 * thread-safe.
 */
public final class Explorer {

  /** More walks than this are taken for a question that has no end. */
  private static final int MOST_WALKS = 1_000_000;

  private record Place(Ladder ladder, int from, List<String> way) {}

  private final Kinship kinship;
  private final Map<Place, RungClasses> known = new HashMap<>();
  private Set<Ladder> climbed = new HashSet<>();

  /**
   * An explorer.
   *
   * @param kinship tells which destinations are alike
   */
  public Explorer(Kinship kinship) {
    this.kinship = kinship;
  }

  /**
   * The ladders that were met since this was asked last.
   *
   * @return the ladders, in no order
   */
  public Set<Ladder> takeClimbed() {
    Set<Ladder> result = climbed;
    climbed = new HashSet<>();
    return result;
  }

  /**
   * Adds up where a connection ends.
   *
   * @param walk walks the connection with the choices that it is handed; it must start from the
   *     same state every time
   * @param share the share of what is asked about that goes this way, 0 to 1
   * @param into takes the ends
   * @throws IllegalStateException if the choices fall in more than a million ways
   */
  void explore(Function<Chooser, WalkEnd> walk, Chance share, Tally into) {
    List<Branch> path = new ArrayList<>();
    int walks = 0;
    do {
      if (++walks > MOST_WALKS) {
        throw new IllegalStateException(
            "the choices on the way fall in more than " + MOST_WALKS + " ways");
      }
      Enumerator chooser = new Enumerator(path);
      WalkEnd walked = walk.apply(chooser);
      tally(walked, path, share, into);
    } while (advance(path));
  }

  private static void tally(WalkEnd walked, List<Branch> path, Chance share, Tally into) {
    int told = -1;
    for (int i = path.size() - 1; i >= 0 && told < 0; i--) {
      if (path.get(i).leadTo(walked)) {
        told = i;
      }
    }
    Chance others = share;
    for (int i = 0; i < path.size(); i++) {
      if (i != told) {
        others = others.times(path.get(i).chance());
      }
    }
    if (told < 0) {
      into.add(walked.end(), others);
    } else {
      path.get(told).tellMembers(walked, others, into);
    }
  }

  /** Turns the deepest choice that has a branch left, and forgets the ones below it. */
  private static boolean advance(List<Branch> path) {
    while (!path.isEmpty()) {
      Branch last = path.get(path.size() - 1);
      if (last.turn()) {
        return true;
      }
      path.remove(path.size() - 1);
    }
    return false;
  }

  private RungClasses classes(Ladder ladder, int from, Passage passage) {
    climbed.add(ladder);
    return known.computeIfAbsent(
        new Place(ladder, from, passage.way().stream().map(Host::name).toList()),
        place -> new RungClasses(ladder, from, passage, kinship));
  }

  /** A choice that was met, and the way that is taken at it now. */
  private abstract static class Branch {
    int taken;

    abstract int size();

    abstract Chance chance();

    boolean turn() {
      return ++taken < size();
    }

    /** Whether the connection ended where this choice had sent it, with others like it. */
    boolean leadTo(WalkEnd walked) {
      return false;
    }

    void tellMembers(WalkEnd walked, Chance others, Tally into) {
      throw new IllegalStateException("a choice without members");
    }
  }

  private static final class Dice extends Branch {
    private final long part;
    private final long total;

    Dice(long part, long total) {
      this.part = part;
      this.total = total;
    }

    @Override
    int size() {
      return 2;
    }

    @Override
    Chance chance() {
      return Chance.of(taken == 0 ? part : total - part, total);
    }
  }

  private static final class Pick extends Branch {
    private final int count;

    Pick(int count) {
      this.count = count;
    }

    @Override
    int size() {
      return count;
    }

    @Override
    Chance chance() {
      return Chance.of(1, count);
    }
  }

  private static final class Climb extends Branch {
    private final RungClasses classes;

    Climb(RungClasses classes) {
      this.classes = classes;
    }

    @Override
    int size() {
      return classes.size();
    }

    @Override
    Chance chance() {
      return classes.chance(taken);
    }

    int rung() {
      return classes.representative(taken);
    }

    @Override
    boolean leadTo(WalkEnd walked) {
      return classes.members(taken).length > 1
          && classes.destination(rung()).equals(walked.reached());
    }

    @Override
    void tellMembers(WalkEnd walked, Chance others, Tally into) {
      into.expect(classes.rungs());
      for (int rung : classes.members(taken)) {
        into.add(walked.end().at(classes.name(rung)), others.times(classes.chanceOfRung(rung)));
      }
    }
  }

  private final class Enumerator implements Chooser {
    private final List<Branch> path;
    private final SplittableRandom draws = new SplittableRandom(0);
    private int depth;

    Enumerator(List<Branch> path) {
      this.path = path;
    }

    @Override
    public boolean happens(long part, long total) {
      if (part <= 0 || part >= total) {
        return part > 0;
      }
      if (depth == path.size()) {
        path.add(new Dice(part, total));
      }
      return path.get(depth++).taken == 0;
    }

    @Override
    public int pick(int count) {
      if (count == 1) {
        return 0;
      }
      if (depth == path.size()) {
        path.add(new Pick(count));
      }
      return path.get(depth++).taken;
    }

    @Override
    public int draw(int count) {
      return draws.nextInt(count);
    }

    @Override
    public int climb(Ladder ladder, int from, Passage passage) {
      if (depth == path.size()) {
        path.add(new Climb(classes(ladder, from, passage)));
      }
      return ((Climb) path.get(depth++)).rung();
    }
  }
}
