/**
 * Compiles rules into programs for the fast path.
 *
 * <p>Start at {@link dev.hairpin.iptables.compile.RuleCompiler}.
 */
@NullMarked
package dev.hairpin.iptables.compile;

import org.jspecify.annotations.NullMarked;
