/**
 * The plugins kubernetes and k8s_external.
 *
 * <p>{@link dev.hairpin.dns.kubernetes.KubeIndex} follows the cluster;
 * {@link dev.hairpin.dns.kubernetes.KubeNames} finds what a name stands for;
 * {@link dev.hairpin.dns.kubernetes.KubernetesPlugin} answers.
 */
package dev.hairpin.dns.kubernetes;
