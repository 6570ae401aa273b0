/**
 * What load balancers cost: capacity units, hours and bytes between zones.
 *
 * <p>Start at {@link dev.hairpin.lb.elb.cost.Usage} for the figures of a load balancer, and at
 * {@link dev.hairpin.lb.elb.cost.Prices} for the money. Prices and the size of a unit are data with
 * a date.
 */
package dev.hairpin.lb.elb.cost;
