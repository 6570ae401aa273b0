package dev.hairpin.api;

import dev.hairpin.net.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A port of the endpoints of a slice.
 *
 * <p>Source: {@code discoveryv1.EndpointPort}
 *
 * @param name the Service port's name; empty for an unnamed one
 * @param protocol the protocol
 * @param port the port number; null leads nowhere
 * @param appProtocol the application protocol, or null
 */
public record EndpointPort(
    @Nullable String name,
    Protocol protocol,
    @Nullable Integer port,
    @Nullable String appProtocol) {}
