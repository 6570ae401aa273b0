package dev.hairpin.dns;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.upstream.Upstream;

/**
 * What one says about the DNS of a cluster.
 *
 * @param corefile the configuration of CoreDNS
 * @param version its version
 * @param upstream the resolver in front of which it is, which also stands for the nodes' own
 * @param library what the programs of the cluster ask with
 * @param replicas how many pods of CoreDNS are made
 * @param direct whether questions reach CoreDNS without pods and network
 * @param nodeCache whether NodeLocal DNSCache runs on the nodes
 */
record CoreDnsSettings(
    Corefile corefile,
    CoreDnsVersion version,
    Upstream upstream,
    ResolverLibrary library,
    int replicas,
    boolean direct,
    boolean nodeCache) {}
