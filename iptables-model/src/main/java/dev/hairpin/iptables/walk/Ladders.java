package dev.hairpin.iptables.walk;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.NatTo;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Ladder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ladders of dice with which chains end, and what the chain behind each rung does.
 *
 * <p>A ladder is a run of rules up to the end of a chain that look at nothing but dice and jump to
 * another chain; the last one has no dice, and may be alone. Behind a rung of kube-proxy is a
 * KUBE-SEP chain, which sends the packet to one endpoint.
 */
final class Ladders {

  /** Stands for the destination's own address in a match on the source. */
  private record OwnSource(boolean inverted) {}

  /** Stands for a list of recent callers that bears the chain's own name. */
  private record OwnList(IpAddress mask, boolean destination, boolean inverted) {}

  /** Stands for the translation to the destination. */
  private record ToOwnAddress(boolean random, boolean persistent) {}

  private final Function<String, @Nullable Chain> chains;
  private final IdentityHashMap<Chain, Ladder> known = new IdentityHashMap<>();

  Ladders(Function<String, @Nullable Chain> chains) {
    this.chains = chains;
  }

  /** The place from 0 at which the ladder of a chain begins; the chain's length if it has none. */
  static int startIn(Chain chain) {
    List<Rule> rules = chain.rules();
    int last = rules.size() - 1;
    if (last < 0 || !jumps(rules.get(last)) || dice(rules.get(last)) != null) {
      return rules.size();
    }
    for (Match match : rules.get(last).matches()) {
      if (!(match instanceof Match.Comment)) {
        return rules.size();
      }
    }
    int start = last;
    while (start > 0 && jumps(rules.get(start - 1)) && dice(rules.get(start - 1)) != null) {
      start--;
    }
    return start;
  }

  private static boolean jumps(Rule rule) {
    return rule.target() instanceof Target.Jump || rule.target() instanceof Target.Goto;
  }

  /** The dice of a rule that looks at nothing else; null if it has none or looks at more. */
  private static Match.@Nullable RandomStatistic dice(Rule rule) {
    Match.RandomStatistic found = null;
    for (Match match : rule.matches()) {
      if (match instanceof Match.RandomStatistic random && !random.inverted() && found == null) {
        found = random;
      } else if (!(match instanceof Match.Comment)) {
        return null;
      }
    }
    return found;
  }

  /** The ladder of a chain that has one. */
  Ladder of(LoadedChain chain) {
    return known.computeIfAbsent(chain.chain, c -> make(c, chain.ladderStart));
  }

  private Ladder make(Chain chain, int start) {
    List<Rule> rules = chain.rules().subList(start, chain.rules().size());
    long[] parts = new long[rules.size() - 1];
    List<Ladder.Rung> rungs = new ArrayList<>(rules.size());
    for (int i = 0; i < rules.size(); i++) {
      Match.RandomStatistic dice = dice(rules.get(i));
      if (i < parts.length && dice != null) {
        parts[i] = Math.min(dice.threshold(), Match.RandomStatistic.RANGE);
      }
      rungs.add(rung(rules.get(i).target()));
    }
    return new Ladder(parts, Match.RandomStatistic.RANGE, rungs);
  }

  private Ladder.Rung rung(Target target) {
    String name =
        target instanceof Target.Jump jump ? jump.chain() : ((Target.Goto) target).chain();
    Chain chain = chains.apply(name);
    Ladder.Rung rung = chain == null ? null : rung(chain);
    return rung == null
        ? new Ladder.Rung(null, name)
        : new Ladder.Rung(rung.destination(), List.of(target instanceof Target.Jump, rung.shape()));
  }

  /** What a chain does that sends packets to one place; null if it does something else. */
  static Ladder.@Nullable Rung rung(Chain chain) {
    if (chain.isBuiltIn() || chain.rules().isEmpty()) {
      return null;
    }
    Rule last = chain.rules().get(chain.rules().size() - 1);
    if (!(last.target() instanceof Target.Dnat dnat)) {
      return null;
    }
    SocketAddress destination = single(dnat.to());
    if (destination == null) {
      return null;
    }
    List<Object> shape = new ArrayList<>();
    for (Rule rule : chain.rules()) {
      for (Match match : rule.matches()) {
        if (!(match instanceof Match.Comment)) {
          shape.add(withoutOwnName(match, destination.address(), chain.name()));
        }
      }
      shape.add(rule == last ? new ToOwnAddress(dnat.random(), dnat.persistent()) : rule.target());
    }
    return new Ladder.Rung(destination, shape);
  }

  private static @Nullable SocketAddress single(NatTo to) {
    IpAddress address = to.first();
    PortRange ports = to.ports();
    return address != null
            && address.equals(to.last())
            && ports != null
            && ports.first() == ports.last()
            && to.basePort() < 0
        ? new SocketAddress(address, ports.first())
        : null;
  }

  private static Object withoutOwnName(Match match, IpAddress own, String chain) {
    if (match instanceof Match.Source source && source.address().equals(AddressMask.host(own))) {
      return new OwnSource(source.inverted());
    }
    if (match instanceof Match.Recent recent
        && recent.operation() == Match.Recent.Operation.SET
        && recent.list().equals(chain)) {
      return new OwnList(recent.mask(), recent.destination(), recent.inverted());
    }
    return match;
  }
}
