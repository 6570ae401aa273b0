/** Holds the AWS Load Balancer Controller against recordings of the real one. */
@NullMarked
package dev.hairpin.examples.conformance.awslb;

import org.jspecify.annotations.NullMarked;
