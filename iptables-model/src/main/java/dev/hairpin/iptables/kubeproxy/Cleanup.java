package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code kube-proxy --cleanup} takes away, and what it leaves.
 *
 * <p>Source: {@code CleanupLeftovers} of {@code pkg/proxy/iptables}. The chain KUBE-FIREWALL and
 * the jumps to it stay, since the kubelet may have made them.
 */
final class Cleanup {
  private Cleanup() {}

  static RuleSet of(RuleSet rules, KubeProxyVersion version) {
    RuleSet result = Jumps.removedFrom(rules);
    List<String> nat = new ArrayList<>(
        List.of(ServiceRules.SERVICES, ServiceRules.NODE_PORTS, FixedRules.POSTROUTING));
    List<String> filter = new ArrayList<>(List.of(
        ServiceRules.SERVICES,
        ServiceRules.EXTERNAL_SERVICES,
        FixedRules.FORWARD,
        ServiceRules.NODE_PORTS));
    List<String> mangle = new ArrayList<>();
    if (version.cleansUpEverything()) {
      nat.add(ServiceRules.MARK_MASQ);
      nat.add(Jumps.CANARY);
      filter.add(ServiceRules.PROXY_FIREWALL);
      filter.add(Jumps.CANARY);
      mangle.add(Jumps.CANARY);
    }
    for (Chain chain : rules.table(TableName.NAT).map(Table::chains).orElse(List.of())) {
      if (ChainNames.isOfService(chain.name())) {
        nat.add(chain.name());
      }
    }
    result = without(result, TableName.NAT, nat);
    result = without(result, TableName.FILTER, filter);
    return without(result, TableName.MANGLE, mangle);
  }

  private static RuleSet without(RuleSet rules, TableName name, List<String> chains) {
    return rules
        .table(name)
        .map(table -> rules.with(table.withChains(chains, List.of())))
        .orElse(rules);
  }
}
