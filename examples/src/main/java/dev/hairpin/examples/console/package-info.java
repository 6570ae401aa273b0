/**
 * A console to talk to a cluster in JShell or in a notebook: ten verbs, and every answer prints
 * itself.
 *
 * <p>Start at {@link dev.hairpin.examples.console.Console}.
 */
@NullMarked
package dev.hairpin.examples.console;

import org.jspecify.annotations.NullMarked;
