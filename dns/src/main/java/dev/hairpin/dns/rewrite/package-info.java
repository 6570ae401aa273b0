/**
 * The plugin rewrite.
 *
 * <p>A {@link dev.hairpin.dns.rewrite.Rule} changes a question, and may leave
 * {@link dev.hairpin.dns.rewrite.ResponseRule}s that change the records of its answer back.
 */
package dev.hairpin.dns.rewrite;
