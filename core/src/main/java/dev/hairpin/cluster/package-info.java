/**
 * The state of a cluster: the API server with its admission and allocators, the controllers, and
 * the kubelets.
 *
 * <p>Start at {@link dev.hairpin.cluster.ClusterState}: it stores the objects and tells watchers of
 * every change. Nothing here knows how packets, names or load balancers work; add-ons are functions
 * of this state.
 */
package dev.hairpin.cluster;
