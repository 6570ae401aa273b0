package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Target;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of one service port.
 *
 * <p>Source: {@code syncProxyRules} of {@code pkg/proxy/iptables/proxier.go}. Everything is written
 * in the order of the original.
 */
final class ServiceRules {
  static final String SERVICES = "KUBE-SERVICES";
  static final String EXTERNAL_SERVICES = "KUBE-EXTERNAL-SERVICES";
  static final String NODE_PORTS = "KUBE-NODEPORTS";
  static final String PROXY_FIREWALL = "KUBE-PROXY-FIREWALL";
  static final String MARK_MASQ = "KUBE-MARK-MASQ";
  static final String LOCALHOST_COUNTER = "localhost_nps_accepted_pkts";

  private final ServicePortInfo service;
  private final EndpointCategories endpoints;
  private final ProxierSettings settings;
  private final String text;
  private final String clusterChain;
  private final String localChain;
  private final String externalChain;
  private final String firewallChain;
  private final boolean hasInternal;
  private final boolean hasExternal;
  private final boolean usesFirewall;
  private final boolean letsNodeIn;

  /**
   * The rules of a port.
   *
   * @param letsNodeIn whether the node's own address is in the port's source ranges
   */
  ServiceRules(
      ServicePortInfo service,
      String hash,
      EndpointCategories endpoints,
      ProxierSettings settings,
      boolean letsNodeIn) {
    this.service = service;
    this.endpoints = endpoints;
    this.settings = settings;
    this.text = service.name().toString();
    this.clusterChain = ChainNames.CLUSTER + hash;
    this.localChain = ChainNames.LOCAL + hash;
    this.externalChain = ChainNames.EXTERNAL + hash;
    this.firewallChain = ChainNames.FIREWALL + hash;
    boolean hasLocal = !endpoints.local().isEmpty();
    this.hasInternal = endpoints.hasAny() && (!service.internalLocal() || hasLocal);
    this.hasExternal = endpoints.hasAny() && (!service.externalLocal() || hasLocal);
    this.usesFirewall = endpoints.hasAny() && service.restrictsSources();
    this.letsNodeIn = letsNodeIn;
  }

  private String internalChain() {
    return service.internalLocal() ? localChain : clusterChain;
  }

  private boolean hasExternalChain() {
    return endpoints.hasAny() && service.externallyAccessible();
  }

  /** The names of the port's chains, in the order in which they are written. */
  List<String> chainNames() {
    List<String> names = new ArrayList<>(endpoints.reachable().size() + 4);
    if (hasExternalChain()) {
      names.add(externalChain);
    }
    if (usesFirewall) {
      names.add(firewallChain);
    }
    if (!endpoints.cluster().isEmpty()) {
      names.add(clusterChain);
    }
    if (!endpoints.local().isEmpty()) {
      names.add(localChain);
    }
    for (EndpointInfo endpoint : endpoints.reachable()) {
      names.add(endpoint.chain());
    }
    return names;
  }

  /** The rules in chains that all service ports share; every sync writes them. */
  void writeShared(RuleSink filter, RuleSink nat) {
    writeClusterIp(filter, nat);
    List<IpAddress> externalIps = settings.externalIps() ? service.externalIps() : List.of();
    for (IpAddress address : externalIps) {
      if (endpoints.hasAny()) {
        rule(nat, SERVICES, " external IP", address).jump(externalChain);
      }
      if (!hasExternal) {
        refuse(rule(filter, EXTERNAL_SERVICES, refusal(), address));
      }
    }
    for (IpAddress address : service.loadBalancerVips()) {
      if (endpoints.hasAny()) {
        rule(nat, SERVICES, " loadbalancer IP", address)
            .jump(usesFirewall ? firewallChain : externalChain);
      }
      if (usesFirewall) {
        rule(filter, PROXY_FIREWALL, " traffic not accepted by " + firewallChain, address)
            .verdict(Target.DROP);
      }
    }
    if (!hasExternal) {
      for (IpAddress address : service.loadBalancerVips()) {
        refuse(rule(filter, EXTERNAL_SERVICES, refusal(), address));
      }
    }
    if (service.nodePort() != 0) {
      writeNodePort(filter, nat);
    }
    if (service.healthCheckNodePort() != 0) {
      filter
          .append(NODE_PORTS)
          .comment(text + " health check node port")
          .protocol(Protocol.TCP)
          .toPort(service.healthCheckNodePort())
          .verdict(Target.ACCEPT);
    }
  }

  private void writeClusterIp(RuleSink filter, RuleSink nat) {
    if (hasInternal) {
      rule(nat, SERVICES, " cluster IP", service.clusterIp()).jump(internalChain());
    } else {
      refuse(rule(filter, SERVICES, refusal(), service.clusterIp()));
    }
  }

  private void writeNodePort(RuleSink filter, RuleSink nat) {
    if (endpoints.hasAny()) {
      if (settings.countsLocalhostNodePorts()) {
        nat.append(NODE_PORTS)
            .plainComment(text)
            .protocol(service.name().protocol())
            .toLoopback()
            .toPort(service.nodePort())
            .count(LOCALHOST_COUNTER)
            .jump(externalChain);
      }
      nat.append(NODE_PORTS)
          .plainComment(text)
          .protocol(service.name().protocol())
          .toPort(service.nodePort())
          .jump(externalChain);
    }
    if (!hasExternal) {
      refuse(filter
          .append(EXTERNAL_SERVICES)
          .comment(text + refusal())
          .toLocalAddress()
          .protocol(service.name().protocol())
          .toPort(service.nodePort()));
    }
  }

  private RuleSink rule(RuleSink sink, String chain, String comment, IpAddress address) {
    return sink.append(chain)
        .comment(text + comment)
        .protocol(service.name().protocol())
        .to(address)
        .toPort(service.port());
  }

  private String refusal() {
    return endpoints.hasAny() ? " has no local endpoints" : " has no endpoints";
  }

  /** Traffic without any endpoint is rejected; with endpoints elsewhere only, it is dropped. */
  private void refuse(RuleSink begun) {
    if (endpoints.hasAny()) {
      begun.verdict(Target.DROP);
    } else {
      begun.reject();
    }
  }

  /** The port's own chains. */
  void writeChains(RuleSink nat, boolean largeCluster) {
    if (hasInternal) {
      writeMasquerade(nat);
    }
    if (hasExternalChain()) {
      writeExternal(nat);
    }
    if (usesFirewall) {
      writeFirewall(nat);
    }
    if (!endpoints.cluster().isEmpty()) {
      nat.chain(clusterChain);
      writeBalancing(nat, clusterChain, endpoints.cluster(), largeCluster);
    }
    if (!endpoints.local().isEmpty()) {
      nat.chain(localChain);
      writeBalancing(nat, localChain, endpoints.local(), largeCluster);
    }
    for (EndpointInfo endpoint : endpoints.reachable()) {
      writeEndpoint(nat, endpoint, largeCluster);
    }
  }

  private void writeMasquerade(RuleSink nat) {
    LocalTraffic detector = settings.detector();
    if (settings.masqueradeAll()) {
      rule(nat, internalChain(), " cluster IP", service.clusterIp()).jump(MARK_MASQ);
    } else if (detector != null) {
      rule(nat, internalChain(), " cluster IP", service.clusterIp())
          .local(detector, true)
          .jump(MARK_MASQ);
    }
  }

  private void writeExternal(RuleSink nat) {
    nat.chain(externalChain);
    if (!service.externalLocal()) {
      nat.append(externalChain)
          .comment("masquerade traffic for " + text + " external destinations")
          .jump(MARK_MASQ);
    } else {
      LocalTraffic detector = settings.detector();
      if (detector != null) {
        nat.append(externalChain)
            .comment("pod traffic for " + text + " external destinations")
            .local(detector, false)
            .jump(clusterChain);
      }
      nat.append(externalChain)
          .comment("masquerade LOCAL traffic for " + text + " external destinations")
          .fromLocalAddress()
          .jump(MARK_MASQ);
      nat.append(externalChain)
          .comment("route LOCAL traffic for " + text + " external destinations")
          .fromLocalAddress()
          .jump(clusterChain);
    }
    if (hasExternal) {
      nat.append(externalChain).jump(service.externalLocal() ? localChain : clusterChain);
    }
  }

  private void writeFirewall(RuleSink nat) {
    nat.chain(firewallChain);
    for (var range : service.sourceRanges()) {
      nat.append(firewallChain).comment(text + " loadbalancer IP").from(range).jump(externalChain);
    }
    if (letsNodeIn) {
      // A packet of the node to a VIP may have the VIP as its source.
      for (IpAddress vip : service.loadBalancerVips()) {
        nat.append(firewallChain).comment(text + " loadbalancer IP").from(vip).jump(externalChain);
      }
    }
    nat.append(firewallChain)
        .comment("other traffic to " + text + " will be dropped by KUBE-PROXY-FIREWALL")
        .none();
  }

  private void writeBalancing(
      RuleSink nat, String chain, List<EndpointInfo> among, boolean largeCluster) {
    if (service.affinitySeconds() != 0) {
      for (EndpointInfo endpoint : among) {
        commented(nat.append(chain), endpoint, largeCluster)
            .recorded(endpoint.chain(), service.affinitySeconds())
            .jump(endpoint.chain());
      }
    }
    int left = among.size();
    for (EndpointInfo endpoint : among) {
      RuleSink rule = commented(nat.append(chain), endpoint, largeCluster);
      if (left > 1) {
        rule.oneOf(left);
      }
      left--;
      rule.jump(endpoint.chain());
    }
  }

  private RuleSink commented(RuleSink rule, EndpointInfo endpoint, boolean largeCluster) {
    return largeCluster ? rule : rule.comment(text + " -> " + endpoint.text());
  }

  private void writeEndpoint(RuleSink nat, EndpointInfo endpoint, boolean largeCluster) {
    String chain = endpoint.chain();
    nat.chain(chain);
    RuleSink hairpin = nat.append(chain);
    (largeCluster ? hairpin : hairpin.plainComment(text)).from(endpoint).jump(MARK_MASQ);
    RuleSink rule = nat.append(chain);
    if (!largeCluster) {
      rule.plainComment(text);
    }
    if (service.affinitySeconds() != 0) {
      rule.record(chain);
    }
    rule.protocol(service.name().protocol()).dnat(endpoint);
  }
}
