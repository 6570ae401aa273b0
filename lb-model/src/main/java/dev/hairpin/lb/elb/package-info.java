/**
 * Elastic Load Balancing itself: the load balancers, listeners, rules, target groups and targets of
 * an AWS account, and their state as virtual time passes.
 *
 * <p>Start at {@link dev.hairpin.lb.elb.ElasticLoadBalancing}, whose methods are the calls of the
 * ELBv2 API (2015-12-01). The configuration is records with the API's names:
 * {@link dev.hairpin.lb.elb.LoadBalancer}, {@link dev.hairpin.lb.elb.Listener},
 * {@link dev.hairpin.lb.elb.Rule}, {@link dev.hairpin.lb.elb.TargetGroup}. What happens to a
 * connection is told by {@code dev.hairpin.lb.elb.nlb} and {@code dev.hairpin.lb.elb.alb}.
 *
 * <p>What AWS does and this does not: mutual TLS, Lambda and ALB targets, Gateway Load Balancers,
 * zonal shift, anomaly detection (so {@code weighted_random} weighs all targets alike), the passive
 * health checks of Network Load Balancers, growth of a load balancer under load (every zone has one
 * node), and the check of a target by each node on its own.
 *
 * <p>Facts are those of the Elastic Load Balancing user guides for Network and for Application Load
 * Balancers as of May 2023, and of later announcements where the place says so.
 */
package dev.hairpin.lb.elb;
