package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import org.jspecify.annotations.Nullable;

/**
 * What a proxier works out once, at its start.
 *
 * @param family the family of its rules
 * @param version the version that writes them
 * @param mark the packet mark that asks for masquerade
 * @param masqueradeAll whether all traffic to ClusterIPs is masqueraded
 * @param localhostNodePorts whether node ports are reached on 127.0.0.1
 * @param detector what tells packets of pods; null if nothing does
 * @param nodePortAddresses where node ports are reached
 * @param nodeIp the node's address
 * @param externalIps whether external IPs get rules; where they do not, they still make a Service
 *     one that can be reached from outside
 * @param nfacct whether counters can be made
 * @param tcpBeLiberal whether the kernel lets TCP packets out of the window pass
 */
record ProxierSettings(
    IpFamily family,
    KubeProxyVersion version,
    int mark,
    boolean masqueradeAll,
    boolean localhostNodePorts,
    @Nullable LocalTraffic detector,
    NodePortAddresses nodePortAddresses,
    IpAddress nodeIp,
    boolean externalIps,
    boolean nfacct,
    boolean tcpBeLiberal) {

  /** The same for all nodes that differ in their addresses and blocks of pods only. */
  ProxierSettings ofAnyNode() {
    IpAddress anyIp = family == IpFamily.IPV4 ? IpAddress.v4(0) : IpAddress.v6(0, 0);
    @Nullable
    LocalTraffic any = ownBlock() == null ? detector : new LocalTraffic.FromOwnBlock(family);
    return new ProxierSettings(
        family,
        version,
        mark,
        masqueradeAll,
        localhostNodePorts,
        any,
        nodePortAddresses,
        anyIp,
        externalIps,
        nfacct,
        tcpBeLiberal);
  }

  /** The block that tells the node's own pods; null if something else tells pods, or nothing. */
  @Nullable
  Cidr ownBlock() {
    return detector instanceof LocalTraffic.FromBlock from
            && from.ofNode()
            && from.block().prefixLength() > 0
        ? from.block()
        : null;
  }

  boolean countsLocalhostNodePorts() {
    return family == IpFamily.IPV4 && localhostNodePorts && counts();
  }

  boolean counts() {
    return nfacct && version.countsWithNfacct();
  }
}
