package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Target;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;

/** The rules that every sync writes whatever Services there are. */
final class FixedRules {
  static final String POSTROUTING = "KUBE-POSTROUTING";
  static final String FORWARD = "KUBE-FORWARD";
  static final String FIREWALL = "KUBE-FIREWALL";
  static final String INVALID_COUNTER = "ct_state_invalid_dropped_pkts";

  private static final String LAST_RULE =
      "kubernetes service nodeports; NOTE: this must be the last rule in this chain";
  private static final Cidr LOOPBACK_V4 = Cidr.parse("127.0.0.0/8");
  private static final Cidr LOOPBACK_V6 = Cidr.parse("::1/128");

  private final ProxierSettings settings;
  private final List<IpAddress> nodePortAddresses;

  /**
   * The rules of a host.
   *
   * @param nodePortAddresses the addresses on which it takes node ports, if not on all
   */
  FixedRules(ProxierSettings settings, List<IpAddress> nodePortAddresses) {
    this.settings = settings;
    this.nodePortAddresses = nodePortAddresses;
  }

  /** The addresses on which a host takes node ports; none if on all. */
  static List<IpAddress> nodePortAddresses(ProxierSettings settings, HostFacts host) {
    return settings.nodePortAddresses().matchAll()
        ? List.of()
        : settings.nodePortAddresses().localAddresses(host).stream()
            .filter(a -> !a.isLoopback()
                || (settings.family() == IpFamily.IPV4 && settings.localhostNodePorts()))
            .toList();
  }

  void beginFilter(RuleSink filter) {
    filter.chain(ServiceRules.SERVICES);
    filter.chain(ServiceRules.EXTERNAL_SERVICES);
    filter.chain(FORWARD);
    filter.chain(ServiceRules.NODE_PORTS);
    filter.chain(ServiceRules.PROXY_FIREWALL);
    if (settings.family() == IpFamily.IPV4 && settings.localhostNodePorts()) {
      filter.chain(FIREWALL);
      filter
          .append(FIREWALL)
          .comment("block incoming localnet connections")
          .toLoopback()
          .notFrom(LOOPBACK_V4)
          .state(RuleSink.ConntrackStates.NOT_RELATED_ESTABLISHED_DNAT)
          .verdict(Target.DROP);
    }
  }

  void endFilter(RuleSink filter) {
    if (!settings.tcpBeLiberal()) {
      RuleSink invalid = filter.append(FORWARD).state(RuleSink.ConntrackStates.INVALID);
      if (settings.counts()) {
        invalid.count(INVALID_COUNTER);
      }
      invalid.verdict(Target.DROP);
    }
    filter
        .append(FORWARD)
        .comment("kubernetes forwarding rules")
        .marked(settings.mark(), false)
        .verdict(Target.ACCEPT);
    filter
        .append(FORWARD)
        .comment("kubernetes forwarding conntrack rule")
        .state(RuleSink.ConntrackStates.RELATED_ESTABLISHED)
        .verdict(Target.ACCEPT);
  }

  void beginNat(RuleSink nat) {
    nat.chain(ServiceRules.SERVICES);
    nat.chain(ServiceRules.NODE_PORTS);
    nat.chain(POSTROUTING);
    nat.chain(ServiceRules.MARK_MASQ);
    nat.append(POSTROUTING).marked(settings.mark(), true).verdict(Target.RETURN);
    nat.append(POSTROUTING).xorMark(settings.mark());
    nat.append(POSTROUTING)
        .comment("kubernetes service traffic requiring SNAT")
        .masqueradeRandomly();
    nat.append(ServiceRules.MARK_MASQ).orMark(settings.mark());
  }

  void endNat(RuleSink nat) {
    if (settings.nodePortAddresses().matchAll()) {
      RuleSink jump = nat.append(ServiceRules.SERVICES).comment(LAST_RULE).toLocalAddress();
      if (settings.family() == IpFamily.IPV6) {
        jump.notTo(LOOPBACK_V6);
      } else if (!settings.localhostNodePorts()) {
        jump.notTo(LOOPBACK_V4);
      }
      jump.jump(ServiceRules.NODE_PORTS);
      return;
    }
    for (IpAddress address : nodePortAddresses) {
      nat.append(ServiceRules.SERVICES)
          .comment(LAST_RULE)
          .to(address)
          .jump(ServiceRules.NODE_PORTS);
    }
  }
}
