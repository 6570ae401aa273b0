package dev.hairpin.iptables.kubeproxy;

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

  boolean countsLocalhostNodePorts() {
    return family == IpFamily.IPV4 && localhostNodePorts && counts();
  }

  boolean counts() {
    return nfacct && version.countsWithNfacct();
  }
}
