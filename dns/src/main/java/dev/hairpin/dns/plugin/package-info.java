/**
 * CoreDNS's plugins.
 *
 * <p>A {@link dev.hairpin.dns.plugin.Handler} takes a {@link dev.hairpin.dns.plugin.Query} and
 * gives a {@link dev.hairpin.dns.plugin.Reply}, mostly by asking the next one.
 * {@link dev.hairpin.dns.plugin.Plugins} knows how each plugin's lines of a Corefile become a
 * handler.
 */
package dev.hairpin.dns.plugin;
