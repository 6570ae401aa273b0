package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.LookupTable;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.path.fast.RoutineWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles one chain to one routine. */
final class RoutineCompiler {

  /*
   * The rules of a chain are taken in order:
   *
   *   a run of two or more rules that each ask for one protocol and destination port becomes one
   *   look-up (see Dispatch); each key leads to its rules, in order, as a routine of their own, or
   *   straight to the chain that the only one jumps to;
   *
   *   a ladder of endpoints becomes one instruction (see Ladders);
   *
   *   a rule that marks what does not come from a block becomes one instruction;
   *
   *   any other rule becomes its conditions and an action.
   */
  private static final int SHORTEST_RUN = 2;

  private final CompilerState state;
  private final ProgramPool pool;
  private final IpFamily family;
  private final List<AddressMask> nodeMasks;
  private final DecisionProgram.Builder program;
  private int round;

  RoutineCompiler(
      CompilerState state,
      ProgramPool pool,
      IpFamily family,
      List<AddressMask> nodeMasks,
      DecisionProgram.Builder program,
      int round) {
    this.round = round;
    this.state = state;
    this.pool = pool;
    this.family = family;
    this.nodeMasks = nodeMasks;
    this.program = program;
  }

  void compile(ChainUnit unit, @Nullable Chain chain) {
    round++;
    RoutineWriter out = new RoutineWriter(family);
    unit.tablesUsed = 0;
    unit.bodiesUsed = 0;
    if (chain == null) {
      out.undecided(pool.question(unit + ": the chain is missing"));
    } else {
      new Body(unit, chain, out).rules();
    }
    program.routine(unit.routine, out.toArray());
    state.forgetKeys(unit, round);
    for (int i = unit.bodiesUsed; i < unit.bodies.size(); i++) {
      program.routine(unit.bodies.getInt(i), new int[0]);
    }
  }

  /** The number of the last compilation of a chain. */
  int round() {
    return round;
  }

  private int bodyOf(ChainUnit unit) {
    if (unit.bodiesUsed == unit.bodies.size()) {
      unit.bodies.add(program.newRoutine());
    }
    return unit.bodies.getInt(unit.bodiesUsed++);
  }

  private int tableOf(ChainUnit unit, LookupTable table) {
    if (unit.tablesUsed == unit.tables.size()) {
      unit.tables.add(program.newTable(table));
    } else {
      program.table(unit.tables.getInt(unit.tablesUsed), table);
    }
    return unit.tables.getInt(unit.tablesUsed++);
  }

  /** The rules of a chain, or some of them, on their way into a routine. */
  private final class Body {
    private final ChainUnit unit;
    private final Chain chain;
    private final RoutineWriter out;
    private final RuleWriter writer;

    Body(ChainUnit unit, Chain chain, RoutineWriter out) {
      this.unit = unit;
      this.chain = chain;
      this.out = out;
      this.writer = new RuleWriter(state, pool, nodeMasks, program, unit, chain, out);
    }

    void rules() {
      List<Rule> rules = chain.rules();
      Ladders ladders = new Ladders(name -> state.endpoint(unit, name));
      int at = 0;
      while (at < rules.size()) {
        int run = unit.key == null ? runFrom(at) : 0;
        if (run >= SHORTEST_RUN && dispatch(at, at + run)) {
          at += run;
          continue;
        }
        if (run < SHORTEST_RUN) {
          int taken = ladder(ladders, at);
          if (taken > 0) {
            at += taken;
            continue;
          }
        }
        int last = at + Math.max(1, run);
        for (; at < last; at++) {
          if (!marksUnlessFrom(rules.get(at))) {
            writer.write(at, unit.key);
          }
        }
      }
    }

    /** Writes a ladder, with a mark before it if there is one; how many rules that were, or 0. */
    private int ladder(Ladders ladders, int at) {
      Ladders.@Nullable Found ladder = ladders.at(chain, at);
      if (ladder != null) {
        return balance(ladder, null) ? ladder.rules() : 0;
      }
      if (at + 1 == chain.rules().size()) {
        return 0;
      }
      ProgramPool.@Nullable SourceMark mark = sourceMark(chain.rules().get(at));
      ladder = mark == null ? null : ladders.at(chain, at + 1);
      return ladder != null && balance(ladder, mark) ? ladder.rules() + 1 : 0;
    }

    private int runFrom(int first) {
      int at = first;
      while (at < chain.rules().size() && DispatchKey.of(chain.rules().get(at)) != null) {
        at++;
      }
      return at - first;
    }

    // ---- look-ups

    /** Writes a run of rules as a look-up; false if too many rules would be written twice. */
    private boolean dispatch(int first, int end) {
      Map<DispatchKey, List<Integer>> byKey = new HashMap<>();
      List<DispatchKey> order = new ArrayList<>();
      for (int i = first; i < end; i++) {
        DispatchKey key = DispatchKey.of(chain.rules().get(i));
        if (key != null) {
          List<Integer> rules = byKey.get(key);
          if (rules == null) {
            rules = new ArrayList<>(1);
            byKey.put(key, rules);
            order.add(key);
          }
          rules.add(i);
        }
      }
      long written = 0;
      for (DispatchKey key : order) {
        written += byKey.getOrDefault(key, List.of()).size();
        if (key.destination() != null) {
          written += byKey.getOrDefault(key.open(), List.of()).size();
        }
      }
      if (written > 4L * (end - first) + 1_000) {
        return false;
      }
      LookupTable.Builder table = new LookupTable.Builder(family, order.size());
      Map<Target, Integer> verdicts = new HashMap<>();
      Map<String, Integer> jumps = new HashMap<>();
      for (int i = first; i < end; i++) {
        if (chain.rules().get(i).target() instanceof Target.Jump jump) {
          jumps.merge(jump.chain(), 1, Integer::sum);
        }
      }
      for (DispatchKey key : order) {
        List<Integer> rules = byKey.getOrDefault(key, List.of());
        if (key.destination() != null) {
          rules = merged(rules, byKey.getOrDefault(key.open(), List.of()));
        }
        int routine = bodyFor(rules, key, verdicts, jumps);
        @Nullable IpAddress to = key.destination();
        table.put(
            to == null ? 0 : to.high(),
            to == null ? 0 : to.low(),
            to == null,
            key.protocol(),
            key.port(),
            routine);
      }
      out.dispatch(tableOf(unit, table.build()));
      return true;
    }

    private static List<Integer> merged(List<Integer> some, List<Integer> others) {
      if (others.isEmpty()) {
        return some;
      }
      List<Integer> all = new ArrayList<>(some);
      all.addAll(others);
      all.sort(null);
      return all;
    }

    private int bodyFor(
        List<Integer> rules,
        DispatchKey key,
        Map<Target, Integer> verdicts,
        Map<String, Integer> jumps) {
      Rule only = chain.rules().get(rules.get(0));
      boolean plain = rules.size() == 1 && asksOnlyFor(only, key);
      if (plain && only.target() instanceof Target.Jump jump && isOwnRoutine(jump.chain())) {
        return jumps.getOrDefault(jump.chain(), 0) == 1
            ? state.routineOf(unit, jump.chain(), key, round)
            : state.routineOf(unit.table, jump.chain());
      }
      boolean verdict = plain
          && (only.target() instanceof Target.Verdict || only.target() instanceof Target.Reject);
      if (verdict && verdicts.containsKey(only.target())) {
        return verdicts.get(only.target());
      }
      RoutineWriter body = new RoutineWriter(family, true);
      Body inner = new Body(unit, chain, body);
      for (int i : rules) {
        inner.writer.write(i, key);
      }
      int routine = bodyOf(unit);
      program.routine(routine, body.toArray());
      if (verdict) {
        verdicts.put(only.target(), routine);
      }
      return routine;
    }

    private boolean isOwnRoutine(String name) {
      @Nullable Chain to = state.chain(unit.table, name);
      return to != null && !to.rules().isEmpty() && MarkChange.of(to) == null;
    }

    /** Whether a rule has no conditions but those of its key. */
    private static boolean asksOnlyFor(Rule rule, DispatchKey key) {
      for (Match match : rule.matches()) {
        boolean known = match instanceof Match.Comment
            || match instanceof Match.Nfacct
            || match instanceof Match.ProtocolIs
            || (match instanceof Match.Destination to
                && key.destination() != null
                && DispatchKey.isHost(to)
                && to.address().address().equals(key.destination()))
            || match.equals(Match.Tcp.toPort(key.port()))
            || match.equals(Match.Udp.toPort(key.port()))
            || match.equals(Match.Sctp.toPort(key.port()));
        if (!known) {
          return false;
        }
      }
      return true;
    }

    // ---- instructions of their own

    private boolean balance(Ladders.Found ladder, ProgramPool.@Nullable SourceMark before) {
      int group = -1;
      int[] lists = new int[ladder.endpoints().size()];
      if (ladder.hasAffinity()) {
        for (int i = 0; i < lists.length; i++) {
          lists[i] = pool.list(ladder.endpoints().get(i).list());
        }
        group = pool.join(lists);
        if (group < 0) {
          return false;
        }
      }
      List<RoutineWriter.Rung> rungs = new ArrayList<>(lists.length);
      for (int i = 0; i < lists.length; i++) {
        EndpointChain endpoint = ladder.endpoints().get(i);
        int target = pool.targets(family).number(endpoint.address(), endpoint.port());
        rungs.add(new RoutineWriter.Rung(target, lists[i]));
      }
      @Nullable DispatchKey key = unit.key;
      boolean protocolKnown = key != null && key.protocol() == ladder.protocol();
      int shape = pool.shape(
          ladder.thresholds().toArray(),
          protocolKnown ? 0 : ladder.protocol(),
          ladder.hairpin().value(),
          ladder.hairpin().mask(),
          before,
          pool.question("a flow of another protocol than the endpoints of a chain with affinity"));
      out.balance(rungs, shape, group, ladder.seconds());
      return true;
    }

    /**
     * What a rule does that marks by the source, as {@code ! -s BLOCK -j KUBE-MARK-MASQ}; null if
     * it does anything else, or asks more than the unit's key answers.
     */
    private ProgramPool.@Nullable SourceMark sourceMark(Rule rule) {
      @Nullable MarkValue mark = markOf(rule);
      Match.@Nullable Source source = null;
      for (Match match : rule.matches()) {
        if (match instanceof Match.Source from && !from.address().matchesAll()) {
          source = from;
        } else if (!(match instanceof Match.Comment) && !isAnswered(match)) {
          return null;
        }
      }
      if (mark == null || source == null) {
        return null;
      }
      AddressMask block = source.address();
      int own = nodeMasks.indexOf(block);
      if (own < 0 && family == IpFamily.IPV6) {
        return null;
      }
      // The node's own blocks have a number only, so that nodes have the shape in common.
      long words = own >= 0 ? 0 : block.address().low() << 32 | (block.mask().low() & 0xffff_ffffL);
      return new ProgramPool.SourceMark(own, words, !source.inverted(), mark.value(), mark.mask());
    }

    /** Whether the unit's key says that a match holds. */
    private boolean isAnswered(Match match) {
      @Nullable DispatchKey key = unit.key;
      return key != null
          && ((match instanceof Match.ProtocolIs is
                  && !is.inverted()
                  && is.number() == key.protocol())
              || (match instanceof Match.Destination to
                  && key.destination() != null
                  && DispatchKey.isHost(to)
                  && to.address().address().equals(key.destination()))
              || (key.protocol() == 6 && match.equals(Match.Tcp.toPort(key.port())))
              || (key.protocol() == 17 && match.equals(Match.Udp.toPort(key.port())))
              || (key.protocol() == 132 && match.equals(Match.Sctp.toPort(key.port()))));
    }

    /** Writes {@code ! -s BLOCK -j KUBE-MARK-MASQ}, maybe for one destination only. */
    private boolean marksUnlessFrom(Rule rule) {
      @Nullable MarkValue mark = markOf(rule);
      if (mark == null) {
        return false;
      }
      Match.@Nullable Source source = null;
      Match.@Nullable Destination destination = null;
      for (Match match : rule.matches()) {
        if (match instanceof Match.Source from && !from.address().matchesAll()) {
          source = from;
        } else if (match instanceof Match.Destination to && DispatchKey.isHost(to)) {
          destination = to;
        }
      }
      @Nullable DispatchKey key = DispatchKey.of(rule);
      if (unit.key != null) {
        return false;
      }
      if (source == null || (destination == null) != (key == null)) {
        return false;
      }
      for (Match match : rule.matches()) {
        boolean known = match instanceof Match.Comment
            || match == source
            || match == destination
            || (key != null
                && (match instanceof Match.ProtocolIs
                    || match.equals(Match.Tcp.toPort(key.port()))
                    || match.equals(Match.Udp.toPort(key.port()))
                    || match.equals(Match.Sctp.toPort(key.port()))));
        if (!known) {
          return false;
        }
      }
      AddressMask block = source.address();
      out.setMarkUnlessFrom(
          pool.profile(mark.value(), mark.mask()),
          key == null ? null : key.destination(),
          key == null ? 0 : key.protocol(),
          key == null ? 0 : key.port(),
          nodeMasks.indexOf(block),
          block.address(),
          block.mask(),
          !source.inverted());
      return true;
    }

    private @Nullable MarkValue markOf(Rule rule) {
      if (rule.target() instanceof Target.SetMark set) {
        return set.mark();
      }
      if (rule.target() instanceof Target.Jump jump) {
        @Nullable Chain to = state.chain(unit.table, jump.chain());
        return to == null ? null : state.markChange(unit.table, to);
      }
      return null;
    }
  }
}
