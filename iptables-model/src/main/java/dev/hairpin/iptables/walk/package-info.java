/**
 * What rules do to a packet: the walk through tables and chains as the kernel makes it.
 *
 * <p>Start at {@link dev.hairpin.iptables.walk.RuleWalker}, which is given to a host as its packet
 * filter.
 */
package dev.hairpin.iptables.walk;
