/** Load balancers as the AWS Load Balancer Controller builds them. */
package dev.hairpin.lb;
