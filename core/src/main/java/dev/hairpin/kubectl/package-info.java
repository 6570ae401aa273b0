/**
 * What {@code kubectl get} and {@code kubectl describe} print.
 *
 * <p>Start at {@link dev.hairpin.kubectl.KubectlGet} and
 * {@link dev.hairpin.kubectl.KubectlDescribe}. The texts are those of the original to the blank, so
 * that they can be laid beside a real cluster's.
 *
 * <p>Source: {@code pkg/printers/internalversion} and
 * {@code staging/src/k8s.io/kubectl/pkg/describe} of Kubernetes v1.36.3.
 */
package dev.hairpin.kubectl;
