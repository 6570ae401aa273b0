/**
 * The fast path: rules compiled into flat arrays, and the machine that decides new connections by
 * them without allocating.
 *
 * <p>Start at {@link dev.hairpin.path.fast.Decider}, which runs a
 * {@link dev.hairpin.path.fast.DecisionProgram}; {@link dev.hairpin.path.fast.Decision} reads its
 * answers. Programs are made by compilers of other modules, through
 * {@link dev.hairpin.path.fast.RoutineWriter} and
 * {@link dev.hairpin.path.fast.DecisionProgram.Builder}.
 *
 * <p>{@link dev.hairpin.path.fast.ConnectionEngine} runs whole connections on top: through load
 * balancers, the programs of all nodes on the way and their connection tracking, and back.
 * {@link dev.hairpin.path.fast.Terrain} is what it runs through, and the front door's
 * {@code TrafficEngine} reads that from a cluster.
 */
@NullMarked
package dev.hairpin.path.fast;

import org.jspecify.annotations.NullMarked;
