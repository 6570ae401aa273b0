/**
 * The story of a retail store on EKS, told by the model: every number and name is computed.
 *
 * <p>Start at {@link dev.hairpin.examples.tour.Tour}.
 */
@NullMarked
package dev.hairpin.examples.tour;

import org.jspecify.annotations.NullMarked;
