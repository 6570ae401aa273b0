package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.TableName;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a compiler knows of the rules that it compiled last: which routine each chain became. */
final class CompilerState {

  /*
   * A chain is compiled in one of three ways: as a routine of its own (a unit), in place as an
   * endpoint of the units that jump to it, or in place as a change of the mark. When it changes,
   * its unit is compiled again, or the units that it is part of; a chain that is part of very many
   * (KUBE-MARK-MASQ) makes all be compiled again.
   */

  /** A chain that was read as an endpoint, and the units that it is part of. */
  private static final class Member {
    final @Nullable EndpointChain endpoint;

    @Nullable
    ChainUnit user;

    @Nullable
    List<ChainUnit> moreUsers;

    Member(@Nullable EndpointChain endpoint) {
      this.endpoint = endpoint;
    }

    void usedBy(ChainUnit unit) {
      if (user == null || user == unit) {
        user = unit;
        return;
      }
      if (moreUsers == null) {
        moreUsers = new ArrayList<>(1);
      }
      if (!moreUsers.contains(unit)) {
        moreUsers.add(unit);
      }
    }
  }

  private static final class InTable {
    final Map<String, ChainUnit> units = new HashMap<>();
    final Map<String, Member> members = new HashMap<>();
    final Map<String, Set<ChainUnit>> watchers = new HashMap<>();
    final Set<String> everywhere = new HashSet<>();
  }

  private final ProgramPool pool;
  private final IpFamily family;
  private final List<AddressMask> nodeMasks;
  private final Map<TableName, InTable> tables = new EnumMap<>(TableName.class);
  private final Deque<ChainUnit> pending = new ArrayDeque<>();
  private RuleSet rules;
  private DecisionProgram.Builder builder;
  private RoutineCompiler compiler;
  private int unused;
  private int units;

  CompilerState(
      ProgramPool pool,
      IpFamily family,
      List<AddressMask> nodeMasks,
      RuleSet rules,
      DecisionProgram.Builder builder) {
    this.pool = pool;
    this.family = family;
    this.nodeMasks = nodeMasks;
    this.rules = rules;
    this.builder = builder;
    this.compiler = new RoutineCompiler(this, pool, family, nodeMasks, builder, 0);
  }

  /** Begins an update; the builder begins with the last program. */
  void begin(RuleSet now, DecisionProgram.Builder next) {
    rules = now;
    builder = next;
    compiler = new RoutineCompiler(this, pool, family, nodeMasks, next, compiler.round());
    pending.clear();
  }

  private InTable in(TableName table) {
    return tables.computeIfAbsent(table, t -> new InTable());
  }

  /** The chain as it is now, or null. */
  @Nullable
  Chain chain(TableName table, String name) {
    @Nullable Table found = rules.find(table);
    return found == null ? null : found.find(name);
  }

  /** The routine of a chain, which is compiled if it is new. */
  int routineOf(TableName table, String name) {
    return unit(table, name, null).routine;
  }

  /**
   * The routine of a chain for the flows of a key of another.
   *
   * @param asking the unit whose look-up leads there
   * @param round tells this compilation of that unit from others
   */
  int routineOf(ChainUnit asking, String name, DispatchKey key, int round) {
    ChainUnit unit = unit(asking.table, name, key);
    if (unit.askedIn == 0) {
      asking.ofKeys.add(unit);
    }
    unit.askedIn = round;
    return unit.routine;
  }

  private ChainUnit unit(TableName table, String name, @Nullable DispatchKey key) {
    Map<String, ChainUnit> known = in(table).units;
    @Nullable ChainUnit first = known.get(name);
    for (ChainUnit unit = first; unit != null; unit = unit.next) {
      if (java.util.Objects.equals(unit.key, key)) {
        return unit;
      }
    }
    ChainUnit unit = new ChainUnit(table, name, builder.newRoutine(), key);
    unit.next = first;
    known.put(name, unit);
    units++;
    compileLater(unit);
    return unit;
  }

  /** Forgets the units for keys that a unit has no more. */
  void forgetKeys(ChainUnit asking, int round) {
    asking.ofKeys.removeIf(unit -> {
      if (unit.askedIn == round) {
        return false;
      }
      remove(unit);
      return true;
    });
  }

  private void remove(ChainUnit gone) {
    Map<String, ChainUnit> known = in(gone.table).units;
    @Nullable ChainUnit first = known.get(gone.name);
    if (first == gone) {
      if (gone.next == null) {
        known.remove(gone.name);
      } else {
        known.put(gone.name, gone.next);
      }
    }
    for (ChainUnit unit = first; unit != null; unit = unit.next) {
      if (unit.next == gone) {
        unit.next = gone.next;
      }
    }
    gone.removed = true;
    unused++;
    builder.routine(gone.routine, new int[0]);
    forgetKeys(gone, -1);
  }

  private void compileLater(ChainUnit unit) {
    if (!unit.pending) {
      unit.pending = true;
      pending.add(unit);
    }
  }

  /** A chain has changed, come or gone; false if everything is to be compiled again. */
  boolean changed(TableName table, String name) {
    InTable known = in(table);
    if (known.everywhere.contains(name)) {
      return false;
    }
    for (ChainUnit unit = known.units.get(name); unit != null; unit = unit.next) {
      compileLater(unit);
      unused += chain(table, name) == null ? 1 : 0;
    }
    if (unused > 1_000 + units / 2) {
      return false;
    }
    @Nullable Member member = known.members.remove(name);
    if (member != null) {
      if (member.user != null) {
        compileLater(member.user);
      }
      if (member.moreUsers != null) {
        member.moreUsers.forEach(this::compileLater);
      }
    }
    @Nullable Set<ChainUnit> watching = known.watchers.remove(name);
    if (watching != null) {
      watching.forEach(this::compileLater);
    }
    return true;
  }

  void compilePending() {
    while (!pending.isEmpty()) {
      ChainUnit unit = pending.remove();
      unit.pending = false;
      if (!unit.removed) {
        compiler.compile(unit, chain(unit.table, unit.name));
      }
    }
  }

  /** Compiles a unit again when a chain changes, that is empty or missing now. */
  void watch(ChainUnit unit, String chain) {
    in(unit.table).watchers.computeIfAbsent(chain, c -> new HashSet<>()).add(unit);
  }

  /** What a chain does to the mark, if that is all that it does. */
  @Nullable
  MarkValue markChange(TableName table, Chain chain) {
    @Nullable MarkValue mark = MarkChange.of(chain);
    if (mark != null) {
      in(table).everywhere.add(chain.name());
    }
    return mark;
  }

  /** The endpoint that a chain is for a unit; null if it is none. */
  @Nullable
  EndpointChain endpoint(ChainUnit unit, String name) {
    InTable known = in(unit.table);
    @Nullable Member member = known.members.get(name);
    if (member == null) {
      @Nullable Chain chain = chain(unit.table, name);
      if (chain == null) {
        watch(unit, name);
        return null;
      }
      member = new Member(EndpointChain.read(chain, n -> chain(unit.table, n)));
      if (member.endpoint != null && !member.endpoint.markChain().isEmpty()) {
        known.everywhere.add(member.endpoint.markChain());
      }
      known.members.put(name, member);
    }
    member.usedBy(unit);
    return member.endpoint;
  }
}
