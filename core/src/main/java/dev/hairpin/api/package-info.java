/**
 * Kubernetes' nouns as immutable values.
 *
 * <p>Start at {@link dev.hairpin.api.Service}, {@link dev.hairpin.api.Pod} and
 * {@link dev.hairpin.api.EndpointSlice}. The names are the API's own, camel-cased as Java does; a
 * field that a manifest may leave out and whose absence means something is {@code @Nullable}.
 * Addresses in specs are the texts that the API server stores, because the real programs compare
 * and print texts. Everything here is immutable and safe to share between threads.
 *
 * <p>Source: the API types of Kubernetes v1.36.3.
 */
package dev.hairpin.api;
