package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.Target;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The jumps from the built-in chains, and the chains that kube-proxy watches for a flush. */
final class Jumps {
  static final String CANARY = "KUBE-PROXY-CANARY";

  private static final Set<String> OWN_CHAINS = Set.of(
      ServiceRules.SERVICES,
      ServiceRules.EXTERNAL_SERVICES,
      ServiceRules.NODE_PORTS,
      ServiceRules.PROXY_FIREWALL,
      FixedRules.FORWARD,
      FixedRules.POSTROUTING);

  private record Jump(TableName table, String from, String to, Rule rule) {}

  private final List<Jump> jumps = new ArrayList<>();
  private final ProxierSettings settings;

  Jumps(ProxierSettings settings) {
    this.settings = settings;
    String external = "kubernetes externally-visible service portals";
    String portals = "kubernetes service portals";
    String firewall = "kubernetes load balancer firewall";
    add(TableName.FILTER, "INPUT", ServiceRules.EXTERNAL_SERVICES, true, external);
    add(TableName.FILTER, "FORWARD", ServiceRules.EXTERNAL_SERVICES, true, external);
    add(
        TableName.FILTER,
        "INPUT",
        ServiceRules.NODE_PORTS,
        false,
        "kubernetes health check service ports");
    add(TableName.FILTER, "FORWARD", ServiceRules.SERVICES, true, portals);
    add(TableName.FILTER, "OUTPUT", ServiceRules.SERVICES, true, portals);
    add(TableName.FILTER, "FORWARD", FixedRules.FORWARD, false, "kubernetes forwarding rules");
    add(TableName.FILTER, "INPUT", ServiceRules.PROXY_FIREWALL, true, firewall);
    add(TableName.FILTER, "OUTPUT", ServiceRules.PROXY_FIREWALL, true, firewall);
    add(TableName.FILTER, "FORWARD", ServiceRules.PROXY_FIREWALL, true, firewall);
    add(TableName.NAT, "OUTPUT", ServiceRules.SERVICES, false, portals);
    add(TableName.NAT, "PREROUTING", ServiceRules.SERVICES, false, portals);
    add(
        TableName.NAT,
        "POSTROUTING",
        FixedRules.POSTROUTING,
        false,
        "kubernetes postrouting rules");
    add(TableName.FILTER, "INPUT", FixedRules.FIREWALL, false, "");
    add(TableName.FILTER, "OUTPUT", FixedRules.FIREWALL, false, "");
  }

  private void add(TableName table, String from, String to, boolean onlyNew, String comment) {
    RecordSink sink = new RecordSink(settings.family());
    RuleSink rule = sink.append(from);
    if (onlyNew) {
      rule.state(RuleSink.ConntrackStates.NEW);
    }
    if (!comment.isEmpty()) {
      rule.comment(comment);
    }
    rule.jump(to);
    jumps.add(new Jump(table, from, to, sink.chains().get(0).rules().get(0)));
  }

  /** Makes the canary chains: one in each table that kube-proxy's rules could vanish from. */
  RuleSet withCanaries(RuleSet rules) {
    RuleSet result = rules;
    for (TableName name : List.of(TableName.MANGLE, TableName.NAT, TableName.FILTER)) {
      result = result.with(withChain(tableOf(result, name), CANARY));
    }
    return result;
  }

  /** Makes each chain that is missing, and puts each jump that is missing in front. */
  RuleSet ensure(RuleSet rules) {
    RuleSet result = rules;
    for (Jump jump : jumps) {
      Table table = withChain(tableOf(result, jump.table), jump.to);
      @Nullable Chain from = table.find(jump.from);
      Chain chain = from == null ? Chain.user(jump.from, List.of()) : from;
      if (chain.rules().stream().noneMatch(jump.rule::saysTheSameAs)) {
        List<Rule> changed = new ArrayList<>(chain.rules());
        changed.add(0, jump.rule);
        table = table.withChains(List.of(), List.of(chain.withRules(changed)));
      }
      result = result.with(table);
    }
    return result;
  }

  /** Takes away the jumps to kube-proxy's own chains, in whatever form they were made. */
  static RuleSet removedFrom(RuleSet rules) {
    RuleSet result = rules;
    for (Table table : rules.tables()) {
      List<Chain> changed = new ArrayList<>();
      for (Chain chain : table.chains()) {
        if (chain.isBuiltIn()) {
          List<Rule> kept =
              chain.rules().stream().filter(rule -> !jumpsToOwnChain(rule)).toList();
          changed.add(chain.withRules(kept));
        }
      }
      result = result.with(table.withChains(List.of(), changed));
    }
    return result;
  }

  private static boolean jumpsToOwnChain(Rule rule) {
    return rule.target() instanceof Target.Jump jump && OWN_CHAINS.contains(jump.chain());
  }

  private static Table withChain(Table table, String chain) {
    return table.find(chain) != null
        ? table
        : table.withChains(List.of(), List.of(Chain.user(chain, List.of())));
  }

  private static Table tableOf(RuleSet rules, TableName name) {
    return rules.table(name).orElseGet(() -> Table.fresh(name));
  }
}
