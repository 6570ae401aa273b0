/**
 * Names: CoreDNS as a part of a cluster.
 *
 * <p>Start at {@link dev.hairpin.dns.CoreDnsServer}: it is installed in a cluster with a Corefile
 * and answers messages; an {@link dev.hairpin.dns.Answer} can explain itself.
 */
package dev.hairpin.dns;
