/**
 * Sweeps on Apache Spark. Built with the Maven profile {@code sweep} only, so that nothing else of
 * Hairpin knows Spark.
 */
@NullMarked
package dev.hairpin.examples.spark;

import org.jspecify.annotations.NullMarked;
