package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.AddressType;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.ConntrackState;
import dev.hairpin.iptables.ConntrackTest;
import dev.hairpin.iptables.Counters;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.NatTo;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.iptables.RejectType;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes rules as the kernel holds them: the pieces in the order in which iptables keeps them.
 *
 * <p>Every endpoint must have an address; where one has none, iptables-restore refuses the text,
 * and there are no rules to make.
 */
final class RecordSink implements RuleSink {
  private static final Match ALL_TCP = new Match.ProtocolIs(Protocol.TCP.number(), false);
  private static final Match ALL_UDP = new Match.ProtocolIs(Protocol.UDP.number(), false);
  private static final Match ALL_SCTP = new Match.ProtocolIs(Protocol.SCTP.number(), false);
  private static final Match FROM_LOCAL = Match.AddrType.source(AddressType.LOCAL);
  private static final Match TO_LOCAL = Match.AddrType.destination(AddressType.LOCAL);
  private static final Match TO_LOOPBACK =
      new Match.Destination(AddressMask.of(Cidr.parse("127.0.0.0/8")), false);
  private static final Target MASQUERADE = new Target.Masquerade(null, false, true);
  private static final Map<ConntrackStates, Match> STATES = Map.of(
      ConntrackStates.NEW, Match.Conntrack.state(ConntrackState.NEW),
      ConntrackStates.INVALID, Match.Conntrack.state(ConntrackState.INVALID),
      ConntrackStates.RELATED_ESTABLISHED,
          Match.Conntrack.state(ConntrackState.RELATED, ConntrackState.ESTABLISHED),
      ConntrackStates.NOT_RELATED_ESTABLISHED_DNAT,
          new Match.Conntrack(List.of(new ConntrackTest.State(
              Set.of(ConntrackState.RELATED, ConntrackState.ESTABLISHED, ConntrackState.DNAT),
              true))));
  private static final @Nullable Match[] ONE_OF = new @Nullable Match[1024];

  private final IpFamily family;
  private final Map<String, List<Rule>> rules = new LinkedHashMap<>();
  /** The comment of the rule before: the many rules of a chain share one. */
  private Match.Comment lastComment = new Match.Comment("");

  private String chain = "";
  private @Nullable Match source;
  private @Nullable Match destination;
  private @Nullable Match device;
  private @Nullable Match protocolIs;
  private @Nullable Protocol protocol;
  private int protocolMatch;
  private final Match[] others = new Match[8];
  private int otherCount;

  RecordSink(IpFamily family) {
    this.family = family;
  }

  /** The rules so far, by chain, in the order in which the chains were first named. */
  Map<String, List<Rule>> rules() {
    return rules;
  }

  /** The chains so far. */
  List<Chain> chains() {
    List<Chain> chains = new ArrayList<>(rules.size());
    rules.forEach((name, list) -> chains.add(Chain.user(name, list)));
    return chains;
  }

  @Override
  public void chain(String name) {
    rules.computeIfAbsent(name, n -> new ArrayList<>());
  }

  @Override
  public RuleSink append(String name) {
    chain = name;
    source = null;
    destination = null;
    device = null;
    protocolIs = null;
    otherCount = 0;
    return this;
  }

  private RuleSink add(Match match) {
    others[otherCount++] = match;
    return this;
  }

  private void end(Target target) {
    List<Match> matches = new ArrayList<>(otherCount + 4);
    if (source != null) {
      matches.add(source);
    }
    if (destination != null) {
      matches.add(destination);
    }
    if (device != null) {
      matches.add(device);
    }
    if (protocolIs != null) {
      matches.add(protocolIs);
    }
    for (int i = 0; i < otherCount; i++) {
      matches.add(others[i]);
    }
    rules
        .computeIfAbsent(chain, n -> new ArrayList<>())
        .add(new Rule(matches, target, Counters.ZERO));
  }

  @Override
  public RuleSink comment(String text) {
    if (!lastComment.text().equals(text)) {
      lastComment = new Match.Comment(text);
    }
    return add(lastComment);
  }

  @Override
  public RuleSink plainComment(String text) {
    return comment(text);
  }

  @Override
  public RuleSink protocol(Protocol p) {
    protocol = p;
    protocolMatch = otherCount;
    switch (p) {
      case TCP -> {
        protocolIs = ALL_TCP;
        return add(Match.Tcp.ANY);
      }
      case UDP -> {
        protocolIs = ALL_UDP;
        return add(Match.Udp.ANY);
      }
      default -> {
        protocolIs = ALL_SCTP;
        return add(Match.Sctp.ANY);
      }
    }
  }

  @Override
  public RuleSink toPort(int port) {
    others[protocolMatch] = protocol == Protocol.TCP
        ? Match.Tcp.toPort(port)
        : protocol == Protocol.UDP ? Match.Udp.toPort(port) : Match.Sctp.toPort(port);
    return this;
  }

  @Override
  public RuleSink to(IpAddress address) {
    destination = new Match.Destination(AddressMask.host(address), false);
    return this;
  }

  @Override
  public RuleSink toLoopback() {
    destination = TO_LOOPBACK;
    return this;
  }

  @Override
  public RuleSink notTo(Cidr block) {
    destination = new Match.Destination(AddressMask.of(block), true);
    return this;
  }

  @Override
  public RuleSink from(Cidr block) {
    // A block that holds every address is no condition to the kernel.
    source = block.prefixLength() == 0 ? null : new Match.Source(AddressMask.of(block), false);
    return this;
  }

  @Override
  public RuleSink from(IpAddress address) {
    source = new Match.Source(AddressMask.host(address), false);
    return this;
  }

  @Override
  public RuleSink notFrom(Cidr block) {
    source = new Match.Source(AddressMask.of(block), true);
    return this;
  }

  @Override
  public RuleSink from(EndpointInfo endpoint) {
    return from(addressOf(endpoint));
  }

  private static IpAddress addressOf(EndpointInfo endpoint) {
    IpAddress ip = endpoint.ip();
    if (ip == null) {
      throw new IllegalStateException(endpoint.text() + " is no address that iptables reads");
    }
    return ip;
  }

  @Override
  public RuleSink local(LocalTraffic test, boolean inverted) {
    if (test instanceof LocalTraffic.FromBlock block) {
      return inverted ? notFrom(block.block()) : from(block.block());
    } else if (test instanceof LocalTraffic.FromOwnBlock own) {
      source = OwnBlock.match(own.family(), inverted);
    } else if (test instanceof LocalTraffic.FromDevice from) {
      device = new Match.InInterface(from.device(), inverted);
    }
    return this;
  }

  @Override
  public RuleSink fromLocalAddress() {
    return add(FROM_LOCAL);
  }

  @Override
  public RuleSink toLocalAddress() {
    return add(TO_LOCAL);
  }

  @Override
  public RuleSink oneOf(int count) {
    if (count >= ONE_OF.length) {
      return add(statistic(count));
    }
    @Nullable Match match = ONE_OF[count];
    if (match == null) {
      match = statistic(count);
      ONE_OF[count] = match;
    }
    return add(match);
  }

  private static Match statistic(int count) {
    return Match.RandomStatistic.of(Double.parseDouble(Probabilities.oneOf(count)));
  }

  @Override
  public RuleSink recorded(String list, int seconds) {
    return add(Match.Recent.check(list, seconds, AddressMask.fullMask(family)));
  }

  @Override
  public RuleSink record(String list) {
    return add(Match.Recent.set(list, AddressMask.fullMask(family)));
  }

  @Override
  public RuleSink count(String counter) {
    return add(new Match.Nfacct(counter));
  }

  @Override
  public RuleSink marked(int mark, boolean inverted) {
    return add(new Match.Mark(new MarkValue(mark, mark), inverted));
  }

  @Override
  public RuleSink state(ConntrackStates states) {
    Match match = STATES.get(states);
    return match == null ? this : add(match);
  }

  @Override
  public void jump(String to) {
    end(new Target.Jump(to));
  }

  @Override
  public void verdict(Target.Verdict verdict) {
    end(verdict);
  }

  @Override
  public void reject() {
    end(new Target.Reject(RejectType.defaultOf(family)));
  }

  @Override
  public void dnat(EndpointInfo endpoint) {
    IpAddress ip = addressOf(endpoint);
    end(new Target.Dnat(new NatTo(ip, ip, PortRange.of(endpoint.port()), -1), false, false));
  }

  @Override
  public void orMark(int mark) {
    end(Target.SetMark.or(mark));
  }

  @Override
  public void xorMark(int mark) {
    end(Target.SetMark.xor(mark));
  }

  @Override
  public void masqueradeRandomly() {
    end(MASQUERADE);
  }

  @Override
  public void none() {
    end(Target.NONE);
  }
}
