/**
 * What {@code aws elbv2 describe-*} prints of the model, in the formats json, text and table.
 *
 * <p>Start at {@link dev.hairpin.lb.elb.cli.AwsCli}. The formats are those of the AWS CLI 2.9.
 */
package dev.hairpin.lb.elb.cli;
