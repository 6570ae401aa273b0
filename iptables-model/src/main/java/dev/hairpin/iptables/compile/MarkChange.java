package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import org.jspecify.annotations.Nullable;

/** Chains that do nothing but set the mark, as KUBE-MARK-MASQ, and are compiled in place. */
final class MarkChange {
  static final MarkValue NOTHING = new MarkValue(0, 0);

  private MarkChange() {}

  /** What the chain does to the mark, or null if it does anything else. */
  static @Nullable MarkValue of(Chain chain) {
    if (chain.rules().size() != 1) {
      return null;
    }
    Rule rule = chain.rules().get(0);
    for (Match match : rule.matches()) {
      if (!(match instanceof Match.Comment)) {
        return null;
      }
    }
    return rule.target() instanceof Target.SetMark set ? set.mark() : null;
  }
}
