package dev.hairpin.iptables;

import dev.hairpin.iptables.RuleException.Reason;
import dev.hairpin.path.Hook;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel checks when a table is loaded.
 *
 * <p>Source: {@code mark_source_chains} and the {@code checkentry} functions of Linux'
 * {@code ip_tables.c} and its targets. Only chains that a hook leads to are checked, and of a chain
 * only the rules up to one that ends it without a condition. The depth of jumps is not limited.
 */
final class LoadCheck {

  /** A chain on the way from a hook, and the rule that is looked at next. */
  private static final class Step {
    private final Chain chain;
    private int next;

    private Step(Chain chain) {
      this.chain = chain;
    }
  }

  private LoadCheck() {}

  static void check(Table table) {
    for (Hook hook : table.name().hooks()) {
      @Nullable Chain start = table.find(hook.name());
      if (start != null) {
        checkFrom(table, hook, start);
      }
    }
  }

  private static void checkFrom(Table table, Hook hook, Chain start) {
    Set<String> seen = new HashSet<>();
    Set<String> onTheWay = new HashSet<>();
    List<Step> way = new ArrayList<>();
    way.add(new Step(start));
    seen.add(start.name());
    onTheWay.add(start.name());
    while (!way.isEmpty()) {
      Step step = way.get(way.size() - 1);
      if (step.next >= step.chain.rules().size()) {
        way.remove(way.size() - 1);
        onTheWay.remove(step.chain.name());
        continue;
      }
      Rule rule = step.chain.rules().get(step.next++);
      checkPlace(table.name(), hook, step.chain, rule);
      @Nullable String target = TableEditor.jumpOf(rule);
      if (target == null) {
        if (rule.matches().isEmpty() && rule.target() instanceof Target.Verdict) {
          step.next = step.chain.rules().size();
        }
        continue;
      }
      if (onTheWay.contains(target)) {
        throw new RuleException(
            Reason.LOOP,
            0,
            0,
            "chain " + target + " leads back to itself by the rule " + rule.text(step.chain.name())
                + " (too many levels of symbolic links)");
      }
      if (seen.add(target)) {
        @Nullable Chain next = table.find(target);
        if (next == null) {
          throw new RuleException(Reason.NOT_FOUND, 0, 0, "there is no chain \"" + target + "\"");
        }
        onTheWay.add(target);
        way.add(new Step(next));
      }
    }
  }

  private static void checkPlace(TableName table, Hook hook, Chain chain, Rule rule) {
    Target target = rule.target();
    if (!tablesOf(target).contains(table) || !hooksOf(target).contains(hook)) {
      throw new RuleException(
          Reason.MISPLACED_TARGET,
          0,
          0,
          "the target of " + rule.text(chain.name()) + " cannot be used in table " + table + " at "
              + hook);
    }
  }

  private static final Set<TableName> ANY_TABLE = EnumSet.allOf(TableName.class);
  private static final Set<Hook> ANY_HOOK = EnumSet.allOf(Hook.class);
  private static final Set<TableName> NAT = EnumSet.of(TableName.NAT);
  private static final Set<TableName> FILTER = EnumSet.of(TableName.FILTER);
  private static final Set<TableName> RAW = EnumSet.of(TableName.RAW);
  private static final Set<TableName> MANGLE = EnumSet.of(TableName.MANGLE);
  private static final Set<Hook> DESTINATION = EnumSet.of(Hook.PREROUTING, Hook.OUTPUT);
  private static final Set<Hook> SOURCE = EnumSet.of(Hook.POSTROUTING, Hook.INPUT);
  private static final Set<Hook> LEAVING = EnumSet.of(Hook.POSTROUTING);
  private static final Set<Hook> COMING = EnumSet.of(Hook.PREROUTING);
  private static final Set<Hook> REFUSING = EnumSet.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT);

  private static Set<TableName> tablesOf(Target target) {
    if (target instanceof Target.Snat
        || target instanceof Target.Dnat
        || target instanceof Target.Redirect
        || target instanceof Target.Masquerade
        || target instanceof Target.Netmap) {
      return NAT;
    } else if (target instanceof Target.Reject) {
      return FILTER;
    } else if (target instanceof Target.Ct || target instanceof Target.Trace) {
      return RAW;
    } else if (target instanceof Target.Tproxy || target instanceof Target.Checksum) {
      return MANGLE;
    }
    return ANY_TABLE;
  }

  private static Set<Hook> hooksOf(Target target) {
    if (target instanceof Target.Dnat || target instanceof Target.Redirect) {
      return DESTINATION;
    } else if (target instanceof Target.Snat) {
      return SOURCE;
    } else if (target instanceof Target.Masquerade) {
      return LEAVING;
    } else if (target instanceof Target.Reject) {
      return REFUSING;
    } else if (target instanceof Target.Tproxy) {
      return COMING;
    }
    return ANY_HOOK;
  }
}
