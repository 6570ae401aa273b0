/** JMH benchmarks, a class for each question. */
@NullMarked
package dev.hairpin.benchmarks;

import org.jspecify.annotations.NullMarked;
