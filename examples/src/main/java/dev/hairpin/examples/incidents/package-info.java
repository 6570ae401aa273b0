/**
 * Real incidents of service networking, each played by the model: what was set up, a question to
 * think about first, what happens, and why.
 *
 * <p>Start at {@link dev.hairpin.examples.incidents.Incidents}.
 */
@NullMarked
package dev.hairpin.examples.incidents;

import org.jspecify.annotations.NullMarked;
