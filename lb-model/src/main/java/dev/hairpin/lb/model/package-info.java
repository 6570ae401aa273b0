/**
 * What the AWS Load Balancer Controller decides to have in AWS, as data.
 *
 * <p>Start at {@link dev.hairpin.lb.model.Stack}: all resources that one Service or one
 * IngressGroup leads to. {@link dev.hairpin.lb.model.StackJson} writes it in the controller's own
 * JSON shape.
 */
@NullMarked
package dev.hairpin.lb.model;

import org.jspecify.annotations.NullMarked;
