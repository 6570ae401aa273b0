/**
 * Replays recorded experiments with the Linux kernel: a small cluster, its rules, and calls.
 *
 * <p>Start at {@link dev.hairpin.examples.conformance.packetfate.PacketFateSuite}. The names of
 * fields and the meaning of steps are those of the recordings.
 */
@NullMarked
package dev.hairpin.examples.conformance.packetfate;

import org.jspecify.annotations.NullMarked;
