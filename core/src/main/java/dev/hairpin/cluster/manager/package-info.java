/**
 * Everything in a cluster that acts by itself, started with one call.
 *
 * <p>Start at {@link dev.hairpin.cluster.manager.ControllerManager}.
 */
package dev.hairpin.cluster.manager;
