/**
 * Runs recorded behaviour of the real systems against Hairpin.
 *
 * <p>Start at {@link dev.hairpin.examples.conformance.Suite}: there is one for each kind of
 * recording.
 */
@NullMarked
package dev.hairpin.examples.conformance;

import org.jspecify.annotations.NullMarked;
