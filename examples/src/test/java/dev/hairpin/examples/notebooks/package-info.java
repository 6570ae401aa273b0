/** Runs the notebooks as Jupyter does, without a network beyond loopback. */
@NullMarked
package dev.hairpin.examples.notebooks;

import org.jspecify.annotations.NullMarked;
