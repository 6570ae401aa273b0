package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Glob;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.RuleCondition.QueryStringKeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Finds rules that no request can reach, because an earlier rule holds whenever they do: the
 * catch-all of one Ingress before the paths of another.
 *
 * <p>What it reports is certain; it does not find rules that several earlier ones cover together.
 */
public final class ShadowedRules {
  private ShadowedRules() {}

  /**
   * A rule that no request reaches.
   *
   * @param ruleArn the rule
   * @param priority its priority
   * @param shadowedByArn the earlier rule that takes all its requests
   * @param shadowedByPriority the priority of that one
   */
  public record Finding(
      String ruleArn, int priority, String shadowedByArn, int shadowedByPriority) {

    /** {@code RULE_SHADOWED: rule 2 is unreachable, shadowed by rule 1}. */
    @Override
    public String toString() {
      return "RULE_SHADOWED: rule "
          + priority
          + " is unreachable, shadowed by rule "
          + shadowedByPriority;
    }
  }

  /**
   * Looks at a listener.
   *
   * @param listener the listener
   * @return the rules that no request reaches, by priority
   */
  public static List<Finding> find(ListenerState listener) {
    List<ListenerState.NamedRule> rules = listener.rules();
    List<Finding> findings = new ArrayList<>();
    for (int later = 1; later < rules.size(); later++) {
      for (int earlier = 0; earlier < later; earlier++) {
        ListenerState.NamedRule first = rules.get(earlier);
        ListenerState.NamedRule second = rules.get(later);
        if (covers(first.rule(), second.rule())) {
          findings.add(new Finding(
              second.arn(), second.rule().priority(), first.arn(), first.rule().priority()));
          break;
        }
      }
    }
    return findings;
  }

  /**
   * Whether one rule holds whenever another does.
   *
   * @param wide the rule that may hold more often
   * @param narrow the other one
   * @return true only if that is certain
   */
  public static boolean covers(Rule wide, Rule narrow) {
    return wide.conditions().stream()
        .allMatch(w -> isAlways(w) || narrow.conditions().stream().anyMatch(n -> covers(w, n)));
  }

  /** Every path begins with a slash. */
  private static boolean isAlways(RuleCondition condition) {
    return condition instanceof RuleCondition.PathPattern path
        && (path.values().contains("/*") || path.values().contains("*"));
  }

  private static boolean covers(RuleCondition wide, RuleCondition narrow) {
    if (wide instanceof RuleCondition.HostHeader w
        && narrow instanceof RuleCondition.HostHeader n) {
      return each(w.values(), n.values(), (a, b) -> globCovers(a, b, true, false));
    }
    if (wide instanceof RuleCondition.PathPattern w
        && narrow instanceof RuleCondition.PathPattern n) {
      return each(w.values(), n.values(), (a, b) -> globCovers(a, b, false, false));
    }
    if (wide instanceof RuleCondition.HttpHeader w
        && narrow instanceof RuleCondition.HttpHeader n) {
      return w.httpHeaderName().equalsIgnoreCase(n.httpHeaderName())
          && each(w.values(), n.values(), (a, b) -> globCovers(a, b, true, false));
    }
    if (wide instanceof RuleCondition.HttpRequestMethod w
        && narrow instanceof RuleCondition.HttpRequestMethod n) {
      return w.values().containsAll(n.values());
    }
    if (wide instanceof RuleCondition.QueryString w
        && narrow instanceof RuleCondition.QueryString n) {
      return each(w.values(), n.values(), ShadowedRules::queryCovers);
    }
    return wide instanceof RuleCondition.SourceIp w
        && narrow instanceof RuleCondition.SourceIp n
        && each(w.values(), n.values(), (a, b) -> a.contains(b));
  }

  private static <T> boolean each(List<T> wide, List<T> narrow, BiPredicate<T, T> covers) {
    return narrow.stream().allMatch(n -> wide.stream().anyMatch(w -> covers.test(w, n)));
  }

  private static boolean queryCovers(QueryStringKeyValue wide, QueryStringKeyValue narrow) {
    String wideKey = wide.key();
    String narrowKey = narrow.key();
    boolean key =
        wideKey == null || (narrowKey != null && globCovers(wideKey, narrowKey, true, true));
    return key && globCovers(wide.value(), narrow.value(), true, true);
  }

  /**
   * A pattern covers another one if it matches the other's text with stars taken by stars. A
   * question mark must not take a star, and escapes would have to be undone: there only equality
   * counts.
   */
  private static boolean globCovers(
      String wide, String narrow, boolean ignoreCase, boolean escapes) {
    boolean unsure = (wide.indexOf('?') >= 0 && narrow.indexOf('*') >= 0)
        || (escapes && (wide.indexOf('\\') >= 0 || narrow.indexOf('\\') >= 0));
    if (unsure) {
      return ignoreCase ? wide.equalsIgnoreCase(narrow) : wide.equals(narrow);
    }
    return Glob.matches(wide, narrow, ignoreCase, escapes);
  }
}
