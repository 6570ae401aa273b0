package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.AddressRange;
import dev.hairpin.iptables.AddressType;
import dev.hairpin.iptables.AddressTypes;
import dev.hairpin.iptables.ConntrackState;
import dev.hairpin.iptables.ConntrackStatus;
import dev.hairpin.iptables.ConntrackTest;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.PortMatch;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.path.TableName;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.path.fast.RoutineWriter;
import dev.hairpin.path.fast.RoutineWriter.End;
import dev.hairpin.path.fast.RoutineWriter.Recent;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the matches of a rule as conditions, for the first packet of a connection: TCP SYN, UDP,
 * or SCTP INIT, in state NEW.
 */
final class ConditionWriter {
  private static final int SYN = 0x02;
  private static final Set<AddressType> WITHOUT_ROUTES =
      Set.of(AddressType.LOCAL, AddressType.MULTICAST, AddressType.UNSPEC);

  private final ProgramPool pool;
  private final DecisionProgram.Builder program;
  private final List<AddressMask> nodeBlocks;
  private final RoutineWriter out;

  ConditionWriter(
      ProgramPool pool,
      DecisionProgram.Builder program,
      List<AddressMask> nodeBlocks,
      RoutineWriter out) {
    this.pool = pool;
    this.program = program;
    this.nodeBlocks = nodeBlocks;
    this.out = out;
  }

  /** Whether a match draws or remembers, so that asking it makes a difference. */
  static boolean hasEffect(Match match) {
    return match instanceof Match.RandomStatistic || match instanceof Match.Recent;
  }

  /**
   * Writes a match.
   *
   * @param match the match
   * @param table the table that its rule is in
   * @param key what is known of the flow where the rule is reached; null if nothing is
   */
  Holds write(Match match, TableName table, @Nullable DispatchKey key) {
    if (match instanceof Match.Comment || match instanceof Match.Nfacct) {
      return Holds.ALWAYS;
    }
    if (match instanceof Match.ProtocolIs m) {
      return protocol(m.number(), m.inverted(), key);
    }
    if (match instanceof Match.Source m) {
      return block(End.SOURCE, m.address(), m.inverted());
    }
    if (match instanceof Match.Destination m) {
      boolean known = key != null
          && key.destination() != null
          && DispatchKey.isHost(m)
          && m.address().address().equals(key.destination());
      return known ? Holds.ALWAYS : block(End.DESTINATION, m.address(), m.inverted());
    }
    if (match instanceof Match.InInterface m) {
      return device(false, m.device(), m.inverted());
    }
    if (match instanceof Match.OutInterface m) {
      return device(true, m.device(), m.inverted());
    }
    if (match instanceof Match.Tcp m) {
      if (!m.flags().matches(SYN)) {
        return Holds.NEVER;
      }
      Holds holds = ports(6, m.source(), m.destination(), key);
      return m.option() == 0 || holds == Holds.NEVER ? holds : Holds.UNKNOWN;
    }
    if (match instanceof Match.Udp m) {
      return ports(17, m.source(), m.destination(), key);
    }
    if (match instanceof Match.Sctp m) {
      return ports(132, m.source(), m.destination(), key);
    }
    if (match instanceof Match.Mark m) {
      out.ifMark(false, m.mark().value(), m.mark().mask(), m.inverted());
      return Holds.ASKED;
    }
    if (match instanceof Match.ConnMark m) {
      out.ifMark(true, m.mark().value(), m.mark().mask(), m.inverted());
      return Holds.ASKED;
    }
    if (match instanceof Match.RandomStatistic m) {
      if (m.threshold() <= 0 || m.threshold() >= Match.RandomStatistic.RANGE) {
        return Holds.of((m.threshold() > 0) != m.inverted());
      }
      out.ifRandom(m.threshold(), m.inverted());
      return Holds.ASKED;
    }
    if (match instanceof Match.Conntrack m) {
      return table == TableName.RAW ? Holds.UNKNOWN : conntrack(m);
    }
    if (match instanceof Match.State m) {
      return table == TableName.RAW ? Holds.UNKNOWN : state(m.states(), m.inverted());
    }
    return rarer(match);
  }

  private Holds rarer(Match match) {
    if (match instanceof Match.Recent m) {
      return recent(m);
    }
    if (match instanceof Match.AddrType m) {
      return addressType(m);
    }
    if (match instanceof Match.Multiport m) {
      List<Integer> ranges =
          m.ports().stream().map(r -> r.first() << 16 | r.last()).toList();
      out.ifAnyPort(
          m.side() != Match.Multiport.Side.DESTINATION,
          m.side() != Match.Multiport.Side.SOURCE,
          ranges,
          m.inverted());
      return Holds.ASKED;
    }
    if (match instanceof Match.IpRange m) {
      between(End.SOURCE, m.source());
      between(End.DESTINATION, m.destination());
      return Holds.ASKED;
    }
    if (match instanceof Match.Fragment m) {
      return Holds.of(m.inverted());
    }
    if (match instanceof Match.PacketType m) {
      return Holds.of((m.type() == Match.PacketType.LinkType.UNICAST) != m.inverted());
    }
    if (match instanceof Match.Icmp) {
      return Holds.NEVER;
    }
    // Rates, counts, sizes, bridges, processes, sets, and what the model has no name for.
    return Holds.UNKNOWN;
  }

  private Holds protocol(int number, boolean inverted, @Nullable DispatchKey key) {
    if (key != null) {
      return Holds.of((key.protocol() == number) != inverted);
    }
    out.ifProtocol(number, inverted);
    return Holds.ASKED;
  }

  private Holds ports(
      int protocol, PortMatch source, PortMatch destination, @Nullable DispatchKey key) {
    Holds is = protocol(protocol, false, key);
    if (is == Holds.NEVER) {
      return is;
    }
    if (!source.equals(PortMatch.ANY)) {
      PortRange range = source.range();
      out.ifPort(End.SOURCE, range.first(), range.last(), source.inverted());
      is = Holds.ASKED;
    }
    if (!destination.equals(PortMatch.ANY)) {
      PortRange range = destination.range();
      if (key != null) {
        return destination.matches(key.port()) ? is : Holds.NEVER;
      }
      out.ifPort(End.DESTINATION, range.first(), range.last(), destination.inverted());
      is = Holds.ASKED;
    }
    return is;
  }

  private Holds block(End end, AddressMask block, boolean inverted) {
    if (block.matchesAll()) {
      return Holds.of(!inverted);
    }
    int own = nodeBlocks.indexOf(block);
    if (own >= 0) {
      out.ifNodeBlock(end, own, inverted);
    } else if (block.mask().equals(AddressMask.fullMask(block.mask().family()))) {
      out.ifAddress(end, block.address(), inverted);
    } else {
      out.ifBlock(end, block.address(), block.mask(), inverted);
    }
    return Holds.ASKED;
  }

  private void between(End end, @Nullable AddressRange range) {
    if (range != null) {
      out.ifBetween(end, range.first(), range.last(), range.inverted());
    }
  }

  private Holds device(boolean leaving, String pattern, boolean inverted) {
    int number = program.devicePattern(pattern);
    if (number < 0) {
      return Holds.UNKNOWN;
    }
    out.ifDevice(leaving, number, inverted);
    return Holds.ASKED;
  }

  private Holds recent(Match.Recent m) {
    boolean plain = m.mask().equals(AddressMask.fullMask(m.mask().family()))
        && m.hitCount() <= 1
        && m.seconds() <= Integer.MAX_VALUE;
    if (!plain) {
      return Holds.UNKNOWN;
    }
    int list = pool.list(m.list());
    Recent what = switch (m.operation()) {
      case SET -> Recent.SET;
      case RCHECK -> Recent.CHECK;
      case UPDATE -> Recent.UPDATE;
      case REMOVE -> Recent.REMOVE;
    };
    out.ifRecent(
        what,
        list,
        pool.group(list),
        m.destination() ? End.DESTINATION : End.SOURCE,
        (int) m.seconds(),
        m.reap(),
        m.inverted());
    return Holds.ASKED;
  }

  private Holds addressType(Match.AddrType m) {
    if (m.limit() != Match.AddrType.Limited.NO
        || needsRoutes(m.source())
        || needsRoutes(m.destination())) {
      return Holds.UNKNOWN;
    }
    type(End.SOURCE, m.source());
    type(End.DESTINATION, m.destination());
    return Holds.ASKED;
  }

  private static boolean needsRoutes(@Nullable AddressTypes types) {
    return types != null && !WITHOUT_ROUTES.containsAll(types.types());
  }

  private void type(End end, @Nullable AddressTypes asked) {
    if (asked != null) {
      Set<AddressType> types = asked.types();
      out.ifType(
          end,
          types.contains(AddressType.LOCAL),
          types.contains(AddressType.MULTICAST),
          types.contains(AddressType.UNSPEC),
          asked.inverted());
    }
  }

  // ---- connection tracking, of a connection that begins

  private Holds conntrack(Match.Conntrack m) {
    Holds all = Holds.ALWAYS;
    for (ConntrackTest test : m.tests()) {
      Holds one = connection(test);
      if (one == Holds.NEVER) {
        return one;
      }
      if (one == Holds.UNKNOWN || (one == Holds.ASKED && all == Holds.ALWAYS)) {
        all = one;
      }
    }
    return all;
  }

  private Holds connection(ConntrackTest test) {
    if (test instanceof ConntrackTest.State t) {
      return state(t.states(), t.inverted());
    }
    if (test instanceof ConntrackTest.ProtocolNumber t) {
      return protocol(t.number(), t.inverted(), null);
    }
    if (test instanceof ConntrackTest.Address t && t.end() == ConntrackTest.End.ORIGINAL_SOURCE) {
      return block(End.SOURCE, t.address(), t.inverted());
    }
    if (test instanceof ConntrackTest.Port t && t.end() == ConntrackTest.End.ORIGINAL_SOURCE) {
      out.ifPort(End.SOURCE, t.ports().first(), t.ports().last(), t.inverted());
      return Holds.ASKED;
    }
    if (test instanceof ConntrackTest.Status t) {
      // On the loopback device a connection is confirmed already.
      return t.statuses().contains(ConntrackStatus.CONFIRMED)
          ? Holds.UNKNOWN
          : Holds.of(t.inverted());
    }
    if (test instanceof ConntrackTest.Direction t) {
      return Holds.of(!t.inverted());
    }
    return Holds.UNKNOWN;
  }

  private Holds state(Set<ConntrackState> states, boolean inverted) {
    if (states.contains(ConntrackState.NEW)) {
      return Holds.of(!inverted);
    }
    boolean destination = states.contains(ConntrackState.DNAT);
    boolean source = states.contains(ConntrackState.SNAT);
    if (destination && source && !inverted) {
      return Holds.UNKNOWN;
    }
    if (destination) {
      out.ifTranslated(End.DESTINATION, inverted);
    }
    if (source) {
      out.ifTranslated(End.SOURCE, inverted);
    }
    return destination || source ? Holds.ASKED : Holds.of(inverted);
  }
}
