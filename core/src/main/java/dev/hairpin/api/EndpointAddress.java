package dev.hairpin.api;

import org.jspecify.annotations.Nullable;

/**
 * An address in an {@link Endpoints} subset.
 *
 * <p>Source: {@code v1.EndpointAddress}
 *
 * @param ip the address
 * @param hostname its host name; may be empty
 * @param nodeName its node, or null
 * @param targetRef the pod behind it, or null
 */
public record EndpointAddress(
    String ip,
    String hostname,
    @Nullable String nodeName,
    @Nullable ObjectReference targetRef) {}
