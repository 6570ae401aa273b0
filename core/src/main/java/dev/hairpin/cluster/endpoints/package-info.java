/**
 * The controllers that turn Services and pods into EndpointSlices and Endpoints.
 *
 * <p>Start at {@link dev.hairpin.cluster.endpoints.EndpointsController}, which watches the cluster
 * and decides what to look at; {@code SliceReconciler} is the EndpointSlice controller's way of
 * packing endpoints into slices, {@code SubsetPacking} the Endpoints controller's;
 * {@link dev.hairpin.cluster.endpoints.MirroringController} copies Endpoints made by hand into
 * slices.
 *
 * <p>Source: {@code k8s.io/endpointslice}, {@code pkg/controller/endpoint},
 * {@code pkg/controller/endpointslice} and {@code pkg/controller/endpointslicemirroring} of
 * Kubernetes v1.36.3.
 */
package dev.hairpin.cluster.endpoints;
