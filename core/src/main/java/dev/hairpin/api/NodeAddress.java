package dev.hairpin.api;

/**
 * An address of a node.
 *
 * <p>Source: {@code v1.NodeAddress}
 *
 * @param type {@code InternalIP}, {@code ExternalIP}, {@code Hostname}, {@code InternalDNS} or
 *     {@code ExternalDNS}
 * @param address the address or name
 */
public record NodeAddress(String type, String address) {}
