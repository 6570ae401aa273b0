/**
 * The decisions of the AWS Load Balancer Controller v2.8.2, one class for each question.
 *
 * <p>Start at {@link dev.hairpin.lb.controller.Reconciler}. Comments name the upstream package that
 * a fact was read from; the code is our own.
 */
@NullMarked
package dev.hairpin.lb.controller;

import org.jspecify.annotations.NullMarked;
