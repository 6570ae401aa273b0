/**
 * The AWS account around a cluster, as far as load balancers see it.
 *
 * <p>Start at {@link dev.hairpin.lb.aws.Aws}: the account, its network, and what was built in it.
 * {@code EksAccount} makes a ready-made one.
 */
@NullMarked
package dev.hairpin.lb.aws;

import org.jspecify.annotations.NullMarked;
