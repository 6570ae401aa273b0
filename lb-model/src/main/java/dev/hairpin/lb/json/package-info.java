/** JSON as Go's {@code encoding/json} reads it, with its error texts, and a plain writer. */
@NullMarked
package dev.hairpin.lb.json;

import org.jspecify.annotations.NullMarked;
