/**
 * The plugin view: expressions that choose among server blocks.
 *
 * <p>{@link dev.hairpin.dns.view.Expression} reads and evaluates one;
 * {@link dev.hairpin.dns.view.View} is what a block asks for.
 */
package dev.hairpin.dns.view;
