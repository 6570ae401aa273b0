/** The flags of the AWS Load Balancer Controller and its feature gates, under their own names. */
@NullMarked
package dev.hairpin.lb.options;

import org.jspecify.annotations.NullMarked;
