/**
 * What an Application Load Balancer does to HTTP requests.
 *
 * <p>Start at {@link dev.hairpin.lb.elb.alb.ApplicationLoadBalancer}: it takes a
 * {@link dev.hairpin.lb.elb.alb.HttpRequest} and gives an
 * {@link dev.hairpin.lb.elb.alb.AlbResponse} that tells who answered and why.
 * {@link dev.hairpin.lb.elb.alb.CompiledRules} is the rule match for millions of requests.
 */
package dev.hairpin.lb.elb.alb;
