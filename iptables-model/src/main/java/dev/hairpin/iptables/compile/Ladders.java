package dev.hairpin.iptables.compile;

import com.google.common.primitives.ImmutableLongArray;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import dev.hairpin.path.fast.Ladder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds ladders of endpoints in a chain, as kube-proxy's KUBE-SVC and KUBE-SVL chains are.
 *
 * <p>With affinity, a rule for each endpoint asks first whether its list has seen the caller.
 */
final class Ladders {

  /** A chain's endpoint by the name of its chain. */
  interface Endpoints {
    /** The endpoint, or null if the chain is none. */
    @Nullable
    EndpointChain find(String chain);
  }

  /**
   * A ladder.
   *
   * @param endpoints the endpoints, in its order
   * @param thresholds for each, how many of 2^31 numbers choose it
   * @param rules how many rules it takes
   * @param hasAffinity whether callers are remembered
   * @param seconds how long
   */
  record Found(
      List<EndpointChain> endpoints,
      ImmutableLongArray thresholds,
      int rules,
      boolean hasAffinity,
      int seconds) {
    int protocol() {
      return endpoints.get(0).protocol();
    }

    MarkValue hairpin() {
      return endpoints.get(0).hairpin();
    }
  }

  private final Endpoints endpoints;

  Ladders(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  /** The ladder that begins with a rule, or null. */
  @Nullable
  Found at(Chain chain, int first) {
    List<Rule> rules = chain.rules();
    int at = first;
    List<Match.Recent> checks = new ArrayList<>(0);
    List<String> checked = new ArrayList<>(0);
    while (at < rules.size() && rules.get(at).target() instanceof Target.Jump jump) {
      Match.@Nullable Recent check = check(rules.get(at));
      if (check == null
          || (!checks.isEmpty() && check.seconds() != checks.get(0).seconds())) {
        break;
      }
      checks.add(check);
      checked.add(jump.chain());
      at++;
    }
    List<EndpointChain> found = new ArrayList<>(rules.size() - at);
    List<Long> thresholds = new ArrayList<>(rules.size() - at);
    while (at < rules.size()
        && found.size() < Ladder.MOST_RUNGS
        && rules.get(at).target() instanceof Target.Jump jump) {
      long threshold = threshold(rules.get(at));
      @Nullable EndpointChain endpoint = threshold < 0 ? null : endpoints.find(jump.chain());
      if (endpoint == null || (!found.isEmpty() && !alike(endpoint, found.get(0)))) {
        break;
      }
      found.add(endpoint);
      thresholds.add(threshold);
      at++;
      if (threshold == Ladder.RANGE) {
        break;
      }
    }
    if (found.isEmpty() || !affinityFits(checks, checked, found)) {
      return null;
    }
    return new Found(
        found,
        ImmutableLongArray.copyOf(thresholds),
        at - first,
        !checks.isEmpty(),
        checks.isEmpty() ? 0 : (int) checks.get(0).seconds());
  }

  private static Match.@Nullable Recent check(Rule rule) {
    Match.@Nullable Recent check = null;
    for (Match match : rule.matches()) {
      if (match instanceof Match.Recent recent
          && check == null
          && recent.operation() == Match.Recent.Operation.RCHECK
          && recent.reap()
          && recent.hitCount() <= 1
          && recent.seconds() <= Integer.MAX_VALUE
          && EndpointChain.isOfWholeSource(recent)) {
        check = recent;
      } else if (!(match instanceof Match.Comment)) {
        return null;
      }
    }
    return check;
  }

  /** The rule's threshold; 2^31 without condition, -1 if it has others. */
  private static long threshold(Rule rule) {
    long threshold = Ladder.RANGE;
    for (Match match : rule.matches()) {
      if (match instanceof Match.RandomStatistic random
          && threshold == Ladder.RANGE
          && !random.inverted()) {
        threshold = Math.min(random.threshold(), Ladder.RANGE);
      } else if (!(match instanceof Match.Comment)) {
        return -1;
      }
    }
    return threshold;
  }

  private static boolean alike(EndpointChain one, EndpointChain other) {
    return one.protocol() == other.protocol()
        && one.hairpin().equals(other.hairpin())
        && one.list().isEmpty() == other.list().isEmpty();
  }

  private static boolean affinityFits(
      List<Match.Recent> checks, List<String> checked, List<EndpointChain> found) {
    if (checks.isEmpty()) {
      return found.get(0).list().isEmpty();
    }
    if (checks.size() != found.size()) {
      return false;
    }
    for (int i = 0; i < checks.size(); i++) {
      EndpointChain endpoint = found.get(i);
      if (!checked.get(i).equals(endpoint.chain().name())
          || !checks.get(i).list().equals(endpoint.list())) {
        return false;
      }
    }
    return true;
  }
}
