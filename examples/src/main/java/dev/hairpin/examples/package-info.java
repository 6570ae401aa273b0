/**
 * The command line and the lessons.
 *
 * <p>Start at {@link dev.hairpin.examples.HairpinCommand}.
 */
@NullMarked
package dev.hairpin.examples;

import org.jspecify.annotations.NullMarked;
