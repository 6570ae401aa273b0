/**
 * The fast path: rules compiled into flat arrays, and the machine that decides new connections by
 * them without allocating.
 *
 * <p>Start at {@link dev.hairpin.path.fast.Decider}, which runs a
 * {@link dev.hairpin.path.fast.DecisionProgram}; {@link dev.hairpin.path.fast.Decision} reads its
 * answers. Programs are made by compilers of other modules, through
 * {@link dev.hairpin.path.fast.RoutineWriter} and
 * {@link dev.hairpin.path.fast.DecisionProgram.Builder}.
 */
@NullMarked
package dev.hairpin.path.fast;

import org.jspecify.annotations.NullMarked;
