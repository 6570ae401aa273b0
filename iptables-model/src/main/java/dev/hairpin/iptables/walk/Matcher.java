package dev.hairpin.iptables.walk;

import dev.hairpin.iptables.AddressType;
import dev.hairpin.iptables.AddressTypes;
import dev.hairpin.iptables.ConntrackState;
import dev.hairpin.iptables.ConntrackStatus;
import dev.hairpin.iptables.ConntrackTest;
import dev.hairpin.iptables.IpSets;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.iptables.walk.LoadedChain.LoadedRule;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.AddressClass;
import dev.hairpin.path.Packet;
import dev.hairpin.path.PacketKind;
import dev.hairpin.path.Passage;
import dev.hairpin.path.conntrack.Tuple;
import dev.hairpin.path.trace.Step;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether a packet meets a match, as the kernel's match of that name does. */
final class Matcher {
  private static final int UNITS_PER_MILLISECOND = 10;

  private final RecentLists recent;
  private IpSets sets = IpSets.NONE;
  private @Nullable User user;

  /** As whom the processes of the host call. */
  private record User(long user, long group) {}

  Matcher(RecentLists recent) {
    this.recent = recent;
  }

  void sets(IpSets known) {
    sets = known;
  }

  void user(long id, long group) {
    user = new User(id, group);
  }

  /** Takes over what another matcher was told. */
  void likeThat(Matcher other) {
    sets = other.sets;
    user = other.user;
  }

  /** Asks the matches of a rule in order; the first that does not hold ends it. */
  Answer rule(LoadedRule rule, String chain, Passage p) {
    Answer all = Answer.YES;
    // Without an iterator: a packet is held against thousands of rules.
    List<Match> matches = rule.rule.matches();
    for (int i = 0; i < matches.size(); i++) {
      Answer answer = match(matches.get(i), rule, chain, p);
      if (answer == Answer.NO) {
        return Answer.NO;
      }
      if (answer == Answer.UNKNOWN) {
        all = Answer.UNKNOWN;
      }
    }
    return all;
  }

  private Answer match(Match match, LoadedRule rule, String chain, Passage p) {
    Packet packet = p.packet();
    if (match instanceof Match.Comment) {
      return Answer.YES;
    }
    if (match instanceof Match.ProtocolIs m) {
      return Answer.of((packet.protocol().number() == m.number()) != m.inverted());
    }
    if (match instanceof Match.Source m) {
      return Answer.of(m.address().matches(packet.source()) != m.inverted());
    }
    if (match instanceof Match.Destination m) {
      return Answer.of(m.address().matches(packet.destination()) != m.inverted());
    }
    if (match instanceof Match.InInterface m) {
      return Answer.of(device(m.device(), p.inDevice()) != m.inverted());
    }
    if (match instanceof Match.OutInterface m) {
      return Answer.of(device(m.device(), p.outDevice()) != m.inverted());
    }
    if (match instanceof Match.Tcp m) {
      return tcp(m, packet);
    }
    if (match instanceof Match.Udp m) {
      return Answer.of(packet.protocol() == Protocol.UDP
          && m.source().matches(packet.sourcePort())
          && m.destination().matches(packet.destinationPort()));
    }
    if (match instanceof Match.Sctp m) {
      return Answer.of(packet.protocol() == Protocol.SCTP
          && m.source().matches(packet.sourcePort())
          && m.destination().matches(packet.destinationPort()));
    }
    if (match instanceof Match.Icmp m) {
      return Answer.of(icmp(m, packet));
    }
    if (match instanceof Match.Conntrack m) {
      return conntrack(m, p);
    }
    if (match instanceof Match.State m) {
      return state(m.states(), p).unless(m.inverted());
    }
    if (match instanceof Match.Mark m) {
      return Answer.of(m.mark().matches(p.mark()) != m.inverted());
    }
    if (match instanceof Match.ConnMark m) {
      return Answer.of(m.mark().matches(p.connectionMark()) != m.inverted());
    }
    if (match instanceof Match.RandomStatistic m) {
      return random(m, rule, chain, p);
    }
    if (match instanceof Match.Recent m) {
      return Answer.of(recent.matches(m, p));
    }
    if (match instanceof Match.AddrType m) {
      return addrType(m, p);
    }
    return rarer(match, rule, p);
  }

  private Answer rarer(Match match, LoadedRule rule, Passage p) {
    Packet packet = p.packet();
    if (match instanceof Match.Multiport m) {
      return Answer.of(multiport(m, packet) != m.inverted());
    }
    if (match instanceof Match.IpRange m) {
      boolean source = m.source() == null || m.source().matches(packet.source());
      boolean destination =
          m.destination() == null || m.destination().matches(packet.destination());
      return Answer.of(source && destination);
    }
    if (match instanceof Match.Physdev m) {
      return Answer.of(m.tests().stream().allMatch(test -> physdev(test, p)));
    }
    if (match instanceof Match.Limit m) {
      p.leavesTrace();
      return Answer.of(limit(m, rule, p.nowMillis()));
    }
    if (match instanceof Match.NthStatistic m) {
      p.leavesTrace();
      return Answer.of(nth(m, rule) != m.inverted());
    }
    if (match instanceof Match.Nfacct) {
      return Answer.YES;
    }
    if (match instanceof Match.Fragment m) {
      return Answer.of(m.inverted());
    }
    if (match instanceof Match.Length m) {
      boolean within = packet.length() >= m.first() && packet.length() <= m.last();
      return Answer.of(within != m.inverted());
    }
    if (match instanceof Match.Ttl m) {
      return Answer.of(
          switch (m.comparison()) {
            case EQUAL -> packet.ttl() == m.value();
            case NOT_EQUAL -> packet.ttl() != m.value();
            case LESS -> packet.ttl() < m.value();
            case GREATER -> packet.ttl() > m.value();
          });
    }
    if (match instanceof Match.PacketType m) {
      return Answer.of((m.type() == Match.PacketType.LinkType.UNICAST) != m.inverted());
    }
    if (match instanceof Match.InSet m) {
      return sets.contains(m, p).map(in -> Answer.of(in != m.inverted())).orElse(Answer.UNKNOWN);
    }
    if (match instanceof Match.Owner m) {
      return owner(m, p);
    }
    // Link addresses, header fields and what the model has no name for.
    return Answer.UNKNOWN;
  }

  /** Source: {@code net/netfilter/xt_owner.c}: a packet that passes through has no socket. */
  private Answer owner(Match.Owner m, Passage p) {
    boolean passing = !p.inDevice().isEmpty();
    if (passing) {
      return Answer.of(!Boolean.TRUE.equals(m.socketExists())
          && (m.user() == null || m.user().inverted())
          && (m.group() == null || m.group().inverted()));
    }
    if (Boolean.FALSE.equals(m.socketExists())) {
      return Answer.NO;
    }
    if (m.user() == null && m.group() == null) {
      return Answer.YES;
    }
    @Nullable User caller = user;
    if (caller == null) {
      return Answer.UNKNOWN;
    }
    return Answer.of((m.user() == null || m.user().matches(caller.user))
        && (m.group() == null || m.group().matches(caller.group)));
  }

  /** A device's name, or the beginning of one before a plus sign. */
  static boolean device(String pattern, String name) {
    return pattern.endsWith("+")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }

  private static Answer tcp(Match.Tcp m, Packet packet) {
    if (packet.protocol() != Protocol.TCP
        || !m.source().matches(packet.sourcePort())
        || !m.destination().matches(packet.destinationPort())
        || !m.flags().matches(tcpFlags(packet.kind()))) {
      return Answer.NO;
    }
    return m.option() == 0 ? Answer.YES : Answer.UNKNOWN;
  }

  private static int tcpFlags(PacketKind kind) {
    return switch (kind) {
      case SYN -> 0x02;
      case SYN_ACK -> 0x12;
      case DATA -> 0x18;
      case FIN -> 0x11;
      case RST -> 0x14;
      default -> 0x10;
    };
  }

  private static boolean icmp(Match.Icmp m, Packet packet) {
    Protocol protocol = m.version() == 4 ? Protocol.ICMP : Protocol.ICMPV6;
    if (packet.protocol() != protocol) {
      return false;
    }
    int type = packet.destinationPort() >> 8;
    int code = packet.destinationPort() & 255;
    boolean any = m.version() == 4 && m.type() == 255;
    boolean same = any || (type == m.type() && code >= m.firstCode() && code <= m.lastCode());
    return same != m.inverted();
  }

  private static Answer state(Set<ConntrackState> states, Passage p) {
    boolean known = states.contains(ConntrackState.valueOf(p.state().name()));
    boolean translated = (states.contains(ConntrackState.DNAT) && p.destinationTranslated())
        || (states.contains(ConntrackState.SNAT) && p.sourceTranslated());
    return Answer.of(known || translated);
  }

  private static Answer conntrack(Match.Conntrack m, Passage p) {
    boolean tracked = p.originalTuple().isPresent();
    boolean asksState = false;
    Answer all = Answer.YES;
    for (ConntrackTest test : m.tests()) {
      Answer answer;
      if (test instanceof ConntrackTest.State s) {
        asksState = true;
        answer = state(s.states(), p);
      } else if (!tracked) {
        continue;
      } else {
        answer = connection(test, p);
      }
      answer = answer.unless(test.inverted());
      if (answer == Answer.NO) {
        return Answer.NO;
      }
      if (answer == Answer.UNKNOWN) {
        all = Answer.UNKNOWN;
      }
    }
    // A packet without connection meets a match that asks for its state, and no other.
    return tracked || asksState ? all : Answer.NO;
  }

  private static Answer connection(ConntrackTest test, Passage p) {
    Optional<Tuple> original = p.originalTuple();
    Optional<Tuple> reply = p.replyTuple();
    if (original.isEmpty() || reply.isEmpty()) {
      return Answer.NO;
    }
    if (test instanceof ConntrackTest.ProtocolNumber t) {
      return Answer.of(original.get().protocol == t.number());
    }
    if (test instanceof ConntrackTest.Address t) {
      return Answer.of(t.address().matches(address(t.end(), original.get(), reply.get())));
    }
    if (test instanceof ConntrackTest.Port t) {
      return Answer.of(t.ports().contains(port(t.end(), original.get(), reply.get())));
    }
    if (test instanceof ConntrackTest.Status t) {
      return Answer.of(t.statuses().stream().anyMatch(s -> status(s, p)));
    }
    if (test instanceof ConntrackTest.Direction) {
      return Answer.of(!p.isReply());
    }
    return Answer.UNKNOWN;
  }

  private static boolean status(ConntrackStatus status, Passage p) {
    return switch (status) {
      case EXPECTED, NONE -> false;
      case SEEN_REPLY -> p.connectionAnswered();
      case ASSURED -> p.connectionAssured();
      case CONFIRMED -> p.connectionConfirmed();
    };
  }

  private static IpAddress address(ConntrackTest.End end, Tuple original, Tuple reply) {
    return switch (end) {
      case ORIGINAL_SOURCE -> original.source();
      case ORIGINAL_DESTINATION -> original.destination();
      case REPLY_SOURCE -> reply.source();
      case REPLY_DESTINATION -> reply.destination();
    };
  }

  private static int port(ConntrackTest.End end, Tuple original, Tuple reply) {
    return switch (end) {
      case ORIGINAL_SOURCE -> original.sourcePort;
      case ORIGINAL_DESTINATION -> original.destinationPort;
      case REPLY_SOURCE -> reply.sourcePort;
      case REPLY_DESTINATION -> reply.destinationPort;
    };
  }

  private static Answer random(Match.RandomStatistic m, LoadedRule rule, String chain, Passage p) {
    boolean below = p.chooser().happens(m.threshold(), Match.RandomStatistic.RANGE);
    boolean matched = below != m.inverted();
    if (p.recording()) {
      p.step(new Step.Drew(
          chain,
          rule.index,
          m.threshold(),
          p.chooser().lastDrawn(),
          matched,
          RuleWalker.effect(rule.rule.target())));
    }
    return Answer.of(matched);
  }

  private static Answer addrType(Match.AddrType m, Passage p) {
    if (m.limit() != Match.AddrType.Limited.NO) {
      return Answer.UNKNOWN;
    }
    return Answer.of(hasType(m.source(), p.packet().source(), p)
        && hasType(m.destination(), p.packet().destination(), p));
  }

  private static boolean hasType(@Nullable AddressTypes types, IpAddress address, Passage p) {
    if (types == null) {
      return true;
    }
    AddressClass known = p.classify(address);
    return types.types().contains(AddressType.valueOf(known.name())) != types.inverted();
  }

  private static boolean multiport(Match.Multiport m, Packet packet) {
    if (!packet.protocol().hasPorts()) {
      return false;
    }
    boolean source = m.side() != Match.Multiport.Side.DESTINATION;
    boolean destination = m.side() != Match.Multiport.Side.SOURCE;
    for (PortRange range : m.ports()) {
      if ((source && range.contains(packet.sourcePort()))
          || (destination && range.contains(packet.destinationPort()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean physdev(Match.Physdev.Test test, Passage p) {
    String in = p.bridgePortIn();
    String out = p.bridgePortOut();
    boolean holds = switch (test.kind()) {
      case IN -> device(test.device(), in);
      case OUT -> device(test.device(), out);
      case IS_IN -> !in.isEmpty();
      case IS_OUT -> !out.isEmpty();
      case IS_BRIDGED -> !in.isEmpty() && !out.isEmpty();
    };
    return holds != test.inverted();
  }

  /** A bucket of tokens: it gains with time, and a packet that finds enough matches. */
  private static boolean limit(Match.Limit m, LoadedRule rule, long nowMillis) {
    long cost = m.rate().interval();
    long most = cost * m.burst();
    long gained =
        rule.tokens < 0 ? most : rule.tokens + (nowMillis - rule.tokensAt) * UNITS_PER_MILLISECOND;
    rule.tokens = Math.min(most, gained);
    rule.tokensAt = nowMillis;
    if (rule.tokens < cost) {
      return false;
    }
    rule.tokens -= cost;
    return true;
  }

  private static boolean nth(Match.NthStatistic m, LoadedRule rule) {
    long last = m.every() - 1;
    long before = rule.position < 0 ? last - m.packet() : rule.position;
    rule.position = before == last ? 0 : before + 1;
    return rule.position == 0;
  }
}
