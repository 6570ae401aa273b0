/**
 * The environment variables that the kubelet gives a container.
 *
 * <p>Start at {@link dev.hairpin.cluster.environment.Environment}, which is what a container sees,
 * and {@link dev.hairpin.cluster.environment.ServiceVariables}, which is what one Service adds.
 * {@link dev.hairpin.cluster.environment.EnvironmentAdvice} says what is odd about an environment.
 *
 * <p>Source: {@code pkg/kubelet/envvars}, {@code kubelet_pods.go} and
 * {@code third_party/forked/golang/expansion} of Kubernetes v1.36.3.
 */
package dev.hairpin.cluster.environment;
