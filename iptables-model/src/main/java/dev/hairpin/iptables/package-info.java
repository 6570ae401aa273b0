/**
 * Tables, chains and rules: their text, and what they do to a packet.
 *
 * <p>Start at {@link dev.hairpin.iptables.RuleSet}: all rules of a host, read from a dump of a real
 * node or built by texts for iptables-restore. A {@link dev.hairpin.iptables.Rule} is a list of
 * {@link dev.hairpin.iptables.Match}es and a {@link dev.hairpin.iptables.Target}. Everything is
 * immutable; nothing is null unless it says so.
 */
package dev.hairpin.iptables;
