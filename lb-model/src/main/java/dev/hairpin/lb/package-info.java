/**
 * Load balancers as the AWS Load Balancer Controller builds them.
 *
 * <p>Start at {@link dev.hairpin.lb.AwsLoadBalancerController}, the add-on that is installed in a
 * cluster; what it runs there is {@link dev.hairpin.lb.AwsLoadBalancers}, which knows the load
 * balancers with their targets and {@linkplain dev.hairpin.lb.Plan plans} what a change would do.
 */
package dev.hairpin.lb;
