package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.Rule;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads chains that all nodes share as those of one node: where a chain asks for the block of the
 * node's pods, it asks for that of this one.
 *
 * <p>kube-proxy asks for it in the first rule of a chain only: it masquerades what does not come
 * from a pod, or passes on what does.
 */
final class OwnBlock implements UnaryOperator<Chain> {

  // No block of pods has this mask, and no other rule of kube-proxy.
  private static final AddressMask OF_V4 = new AddressMask(IpAddress.v4(1), IpAddress.v4(1));
  private static final AddressMask OF_V6 = new AddressMask(IpAddress.v6(0, 1), IpAddress.v6(0, 1));
  private static final Match FROM_V4 = new Match.Source(OF_V4, false);
  private static final Match NOT_FROM_V4 = new Match.Source(OF_V4, true);
  private static final Match FROM_V6 = new Match.Source(OF_V6, false);
  private static final Match NOT_FROM_V6 = new Match.Source(OF_V6, true);

  private final Match from;
  private final Match notFrom;

  /** What chains were read as, by the shared chain; null if that is not remembered. */
  private final @Nullable Map<Chain, Chain> known;

  /** What they were read as the last time. */
  private final Map<Chain, Chain> knownBefore;

  /** Reads chains as those of a node with a block. */
  OwnBlock(Cidr block) {
    this(
        new Match.Source(AddressMask.of(block), false),
        new Match.Source(AddressMask.of(block), true),
        null,
        Map.of());
  }

  private OwnBlock(
      Match from, Match notFrom, @Nullable Map<Chain, Chain> known, Map<Chain, Chain> before) {
    this.from = from;
    this.notFrom = notFrom;
    this.known = known;
    this.knownBefore = before;
  }

  /**
   * The same for somebody who reads all chains and keeps them: chains that were read before are the
   * same objects again.
   *
   * @param before the one with which they were read the last time; null if they were not
   */
  OwnBlock remembering(@Nullable OwnBlock before) {
    @Nullable Map<Chain, Chain> last = before == null ? null : before.known;
    return new OwnBlock(from, notFrom, new IdentityHashMap<>(), last == null ? Map.of() : last);
  }

  /** What stands for the block in shared chains. */
  static AddressMask standIn(IpFamily family) {
    return family == IpFamily.IPV4 ? OF_V4 : OF_V6;
  }

  /** The match that stands for the node's own, in shared chains. */
  static Match match(IpFamily family, boolean inverted) {
    return family == IpFamily.IPV4
        ? inverted ? NOT_FROM_V4 : FROM_V4
        : inverted ? NOT_FROM_V6 : FROM_V6;
  }

  @Override
  public Chain apply(Chain chain) {
    if (chain.rules().isEmpty()) {
      return chain;
    }
    Rule first = chain.rules().get(0);
    List<Match> matches = first.matches();
    for (int i = 0; i < matches.size(); i++) {
      if (isStandIn(matches.get(i))) {
        return read(chain, i);
      }
    }
    return chain;
  }

  private static boolean isStandIn(Match match) {
    return match == FROM_V4 || match == NOT_FROM_V4 || match == FROM_V6 || match == NOT_FROM_V6;
  }

  private Chain read(Chain chain, int at) {
    @Nullable Chain read = knownBefore.get(chain);
    if (read == null) {
      Rule first = chain.rules().get(0);
      List<Match> matches = new ArrayList<>(first.matches());
      boolean inverted = matches.get(at) == NOT_FROM_V4 || matches.get(at) == NOT_FROM_V6;
      matches.set(at, inverted ? notFrom : from);
      List<Rule> rules = new ArrayList<>(chain.rules());
      rules.set(0, new Rule(matches, first.target(), first.counters()));
      read = chain.withRules(rules);
    }
    if (known != null) {
      known.put(chain, read);
    }
    return read;
  }
}
