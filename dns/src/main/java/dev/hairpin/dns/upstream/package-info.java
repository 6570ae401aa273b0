/**
 * What a DNS server finds around it: its addresses, its {@code /etc/resolv.conf}, and the servers
 * that it forwards to, all of them model objects.
 *
 * <p>Start at {@link dev.hairpin.dns.upstream.Surroundings};
 * {@link dev.hairpin.dns.upstream.StubZones} is a server with zones, failures and delays of your
 * choice.
 */
package dev.hairpin.dns.upstream;
