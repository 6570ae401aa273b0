/**
 * What looks wrong in a cluster before anything has failed.
 *
 * <p>Start at {@link dev.hairpin.analysis.lint.Lint}.
 */
@NullMarked
package dev.hairpin.analysis.lint;

import org.jspecify.annotations.NullMarked;
