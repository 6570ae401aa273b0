package dev.hairpin.api;

import org.jspecify.annotations.Nullable;

/**
 * One way in that a load balancer offers.
 *
 * <p>Source: {@code v1.LoadBalancerIngress}
 *
 * @param ip the address; empty if there is a host name
 * @param hostname the host name; empty if there is an address
 * @param ipMode {@code VIP} or {@code Proxy}; null if unset, which counts as VIP
 */
public record LoadBalancerIngress(
    String ip, String hostname, @Nullable String ipMode) {}
