/**
 * The controllers that make pods: Deployments, ReplicaSets, StatefulSets and DaemonSets.
 *
 * <p>Start at {@link dev.hairpin.cluster.workloads.Workloads}, which starts them all and offers
 * what {@code kubectl scale} and {@code kubectl rollout restart} do. {@code RollingUpdate} is the
 * arithmetic of surge and unavailability.
 *
 * <p>Source: {@code pkg/controller/deployment}, {@code replicaset}, {@code statefulset},
 * {@code daemon} and {@code garbagecollector} of Kubernetes v1.36.3.
 */
package dev.hairpin.cluster.workloads;
