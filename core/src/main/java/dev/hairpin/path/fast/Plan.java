package dev.hairpin.path.fast;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Course} for one way through a program, with what becomes of flows after it worked in.
 * Two cache lines; a few dozen serve all Services and all nodes.
 */
final class Plan {

  // What is to be done.
  /** One of the endpoints that count on from the one in the look-up's value. */
  static final int DIRECT = 0;

  /** One of the endpoints of the key's record. */
  static final int CHOICE = 1;

  static final int IN_BLOCK = 2;
  static final int IN_NODE_BLOCK = 3;
  static final int OF_TYPE = 4;

  /** The rules are to be run. */
  static final int UNKNOWN = 5;

  /** As in the shape: how a draw chooses a rung without a table. Never for a plan not direct. */
  final int outcomes;

  final int doubtful;
  final int safe;

  /** The block by which flows are marked: the node's with a number, or else a given one. */
  final int nodeBlock;

  /** The given block; in a question, what it is about. */
  final long block;

  /** The answers, without target, for sources inside and outside of the block. */
  final long inside;

  final long outside;

  /** The same if the source is the endpoint itself. */
  final long itselfInside;

  final long itselfOutside;

  final int kind;

  /** What "safe" would be if the plan were direct. */
  private final int surely;

  final int place;
  final boolean countsOn;
  final int seconds;
  final @Nullable Ladder ladder;
  final @Nullable Plan yes;
  final @Nullable Plan no;

  private Plan(Course.Choice choice, Shape shape, int markMask, long clear, long set) {
    boolean direct = choice.place() == Course.Choice.IN_SLOT;
    kind = direct ? DIRECT : CHOICE;
    outcomes = shape.outcomes;
    doubtful = shape.doubtful;
    safe = direct ? shape.safe : Integer.MIN_VALUE;
    surely = shape.safe;
    nodeBlock = shape.nodeBlock;
    block = shape.block;
    int before = choice.mark();
    int marked = (before & shape.blockKeeps) ^ shape.blockSets;
    int markInside = shape.inside ? marked : before;
    int markOutside = shape.inside ? before : marked;
    inside = (markInside & markMask) != 0 ? set : clear;
    outside = (markOutside & markMask) != 0 ? set : clear;
    int itself = (markInside & shape.ownKeeps) ^ shape.ownSets;
    int itselfOut = (markOutside & shape.ownKeeps) ^ shape.ownSets;
    itselfInside = (itself & markMask) != 0 ? set : clear;
    itselfOutside = (itselfOut & markMask) != 0 ? set : clear;
    place = choice.place();
    countsOn = choice.countsOn();
    seconds = choice.seconds();
    ladder = shape.ladder;
    yes = null;
    no = null;
  }

  private Plan(int kind, long operand, @Nullable Plan yes, @Nullable Plan no) {
    this.kind = kind;
    outcomes = 0;
    doubtful = 0;
    safe = Integer.MIN_VALUE;
    surely = Integer.MIN_VALUE;
    nodeBlock = kind == IN_NODE_BLOCK ? (int) operand : -1;
    block = operand;
    inside = 0;
    outside = 0;
    itselfInside = 0;
    itselfOutside = 0;
    place = 0;
    countsOn = false;
    seconds = Course.Choice.FORGETS;
    ladder = null;
    this.yes = yes;
    this.no = no;
  }

  int rungs() {
    return ladder == null ? 0 : ladder.rungs();
  }

  /** The rung that a draw chooses. */
  int pick(long draw) {
    long product = (draw >>> 32) * outcomes;
    if ((int) product - doubtful < surely) {
      return (int) (product >>> 32);
    }
    return Objects.requireNonNull(ladder).pick(draw);
  }

  /** The plan of a course, for a way that looks at some bits of the mark. */
  static Plan of(Course course, Shape[] shapes, int markMask, long clear, long set) {
    if (course instanceof Course.Choice choice) {
      return new Plan(choice, shapes[choice.shape()], markMask, clear, set);
    }
    if (course instanceof Course.Fork fork) {
      int kind = switch (fork.question()) {
        case IN_BLOCK -> IN_BLOCK;
        case IN_NODE_BLOCK -> IN_NODE_BLOCK;
        case OF_TYPE -> OF_TYPE;
      };
      return new Plan(
          kind,
          fork.operand(),
          of(fork.yes(), shapes, markMask, clear, set),
          of(fork.no(), shapes, markMask, clear, set));
    }
    return new Plan(UNKNOWN, 0, null, null);
  }
}
