/**
 * The load balancers of an account as the packet network of a cluster sees them.
 *
 * <p>Start at {@link dev.hairpin.lb.elb.network.ElbNetwork}.
 */
package dev.hairpin.lb.elb.network;
