/**
 * The kubelets: a pod's life on its node, in virtual time.
 *
 * <p>Start at {@link dev.hairpin.cluster.kubelet.Kubelets}, which is all kubelets of a cluster in
 * one. {@code PodStatus} is how a pod's condition {@code Ready} follows from its containers and its
 * readiness gates.
 */
package dev.hairpin.cluster.kubelet;
