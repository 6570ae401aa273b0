package dev.hairpin.api;

import dev.hairpin.net.Protocol;

/**
 * A port that a container names.
 *
 * <p>Source: {@code v1.ContainerPort}
 *
 * @param name the name; may be empty
 * @param containerPort the port, 1 to 65535
 * @param protocol the protocol
 * @param hostPort the port of the node that leads here; 0 for none
 * @param hostIp the node's address that the host port is bound to; empty for all
 */
public record ContainerPort(
    String name, int containerPort, Protocol protocol, int hostPort, String hostIp) {}
