package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.NatTo;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.RejectWith;
import dev.hairpin.path.TableName;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.path.fast.RoutineWriter;
import dev.hairpin.path.fast.SourceTranslation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rules one by one: conditions, then an action. */
final class RuleWriter {
  private final CompilerState state;
  private final ProgramPool pool;
  private final ChainUnit unit;
  private final Chain chain;
  private final RoutineWriter out;
  private final ConditionWriter conditions;

  RuleWriter(
      CompilerState state,
      ProgramPool pool,
      List<AddressMask> nodeMasks,
      DecisionProgram.Builder program,
      ChainUnit unit,
      Chain chain,
      RoutineWriter out) {
    this.state = state;
    this.pool = pool;
    this.unit = unit;
    this.chain = chain;
    this.out = out;
    this.conditions = new ConditionWriter(pool, program, nodeMasks, out);
  }

  /**
   * Writes a rule, or nothing if it has no effect.
   *
   * @param index its place in the chain, from 0
   * @param key what is known of the flow where it is reached; null if nothing is
   */
  void write(int index, @Nullable DispatchKey key) {
    Rule rule = chain.rules().get(index);
    boolean effect = false;
    boolean unknown = false;
    for (Match match : sourcesLast(rule.matches())) {
      Holds holds = conditions.write(match, unit.table, key);
      if (holds == Holds.NEVER) {
        end(effect);
        return;
      }
      unknown |= holds == Holds.UNKNOWN;
      effect |= holds == Holds.ASKED && ConditionWriter.hasEffect(match);
    }
    if (isSilent(rule.target())) {
      end(effect);
    } else if (unknown) {
      undecided(index);
    } else {
      action(rule.target(), index, effect);
    }
  }

  /**
   * The matches in an order that asks for the source as late as it can: it is not known any more
   * once it is translated. Matches with an effect stay where they are.
   */
  private static List<Match> sourcesLast(List<Match> matches) {
    int free = 0;
    boolean others = false;
    boolean disorder = false;
    while (free < matches.size() && !ConditionWriter.hasEffect(matches.get(free))) {
      Match match = matches.get(free++);
      boolean ofSource = asksForSource(match);
      disorder |= others && !ofSource;
      others |= ofSource;
    }
    if (!disorder) {
      return matches;
    }
    List<Match> ordered = new ArrayList<>(matches.size());
    matches.subList(0, free).stream().filter(m -> !asksForSource(m)).forEach(ordered::add);
    matches.subList(0, free).stream().filter(RuleWriter::asksForSource).forEach(ordered::add);
    ordered.addAll(matches.subList(free, matches.size()));
    return ordered;
  }

  private static boolean asksForSource(Match match) {
    return match instanceof Match.Source
        || match instanceof Match.AddrType
        || match instanceof Match.IpRange
        || match instanceof Match.Multiport;
  }

  /** Ends a rule whose action is nothing; its conditions stay if asking them has an effect. */
  private void end(boolean effect) {
    if (effect) {
      out.setMark(false, 0, 0);
    } else {
      out.dropRule();
    }
  }

  private void undecided(int index) {
    out.undecided(pool.question(unit.table
        + " "
        + chain.name()
        + "["
        + (index + 1)
        + "]: "
        + chain.rules().get(index).text(chain.name())));
  }

  /** Targets that leave the flow's fate alone. */
  private static boolean isSilent(Target target) {
    return target instanceof Target.None
        || target instanceof Target.Log
        || target instanceof Target.Nflog
        || target instanceof Target.Trace
        || target instanceof Target.TcpMss
        || target instanceof Target.Checksum
        || (target instanceof Target.Ct ct && ct.zone() == null && !ct.notrack());
  }

  private void action(Target target, int index, boolean effect) {
    if (target == Target.ACCEPT) {
      out.accept();
    } else if (target == Target.DROP) {
      out.drop();
    } else if (target == Target.RETURN) {
      out.exit();
    } else if (target instanceof Target.Reject reject) {
      out.reject(RejectWith.valueOf(reject.type().name()));
    } else if (target instanceof Target.Jump jump) {
      jump(jump.chain(), true, index, effect);
    } else if (target instanceof Target.Goto jump) {
      jump(jump.chain(), false, index, effect);
    } else if (target instanceof Target.SetMark set) {
      out.setMark(false, set.mark().value(), set.mark().mask());
    } else if (target instanceof Target.SetConnMark set) {
      out.setMark(true, set.mark().value(), set.mark().mask());
    } else if (target instanceof Target.SaveMark save) {
      out.copyMark(true, save.packetMask(), save.connectionMask());
    } else if (target instanceof Target.RestoreMark restore) {
      out.copyMark(false, restore.packetMask(), restore.connectionMask());
    } else if (unit.table == TableName.NAT && target instanceof Target.Dnat dnat) {
      dnat(dnat.to(), index);
    } else if (unit.table == TableName.NAT && target instanceof Target.Snat snat) {
      snat(snat.to(), snat.random(), snat.randomFully(), index);
    } else if (unit.table == TableName.NAT && target instanceof Target.Masquerade masquerade) {
      source(null, masquerade.ports(), masquerade.random(), masquerade.randomFully(), index);
    } else {
      undecided(index);
    }
  }

  private void jump(String name, boolean comesBack, int index, boolean effect) {
    @Nullable Chain to = state.chain(unit.table, name);
    if (to == null) {
      state.watch(unit, name);
      undecided(index);
      return;
    }
    if (to.rules().isEmpty()) {
      state.watch(unit, name);
      if (comesBack) {
        end(effect);
      } else {
        out.exit();
      }
      return;
    }
    @Nullable MarkValue mark = comesBack ? state.markChange(unit.table, to) : null;
    if (mark != null) {
      out.setMark(false, mark.value(), mark.mask());
    } else {
      out.jump(state.routineOf(unit.table, name), comesBack);
    }
  }

  private void dnat(NatTo to, int index) {
    @Nullable IpAddress address = to.first();
    @Nullable PortRange ports = to.ports();
    boolean onePort = to.basePort() < 0 && (ports == null || ports.first() == ports.last());
    if (address != null && address.equals(to.last()) && onePort) {
      int port = ports == null ? 0 : ports.first();
      out.dnat(pool.targets(address.family()).number(address, port));
    } else {
      undecided(index);
    }
  }

  private void snat(NatTo to, boolean random, boolean fully, int index) {
    @Nullable IpAddress address = to.first();
    if (address != null && address.equals(to.last()) && to.basePort() < 0) {
      source(address, to.ports(), random, fully, index);
    } else {
      undecided(index);
    }
  }

  private void source(
      @Nullable IpAddress address,
      @Nullable PortRange ports,
      boolean random,
      boolean fully,
      int index) {
    int translation = pool.sourceTranslation(new SourceTranslation(
        address,
        ports == null ? 0 : ports.first(),
        ports == null ? 0 : ports.last(),
        random,
        fully));
    if (translation < 0) {
      undecided(index);
    } else {
      out.snat(translation);
    }
  }
}
