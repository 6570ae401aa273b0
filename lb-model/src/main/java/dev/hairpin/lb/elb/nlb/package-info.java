/**
 * What a Network Load Balancer does to connections.
 *
 * <p>Start at {@link dev.hairpin.lb.elb.nlb.NetworkLoadBalancer} for a new connection, at
 * {@link dev.hairpin.lb.elb.nlb.FlowTable} for what follows on it.
 * {@link dev.hairpin.lb.elb.nlb.CompiledTargets} is the same choice for millions of flows.
 */
package dev.hairpin.lb.elb.nlb;
