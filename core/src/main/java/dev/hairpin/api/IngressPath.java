package dev.hairpin.api;

/**
 * One path of a rule.
 *
 * <p>Source: {@code networkingv1.HTTPIngressPath}
 *
 * @param path the path; may be empty
 * @param pathType {@code Exact}, {@code Prefix} or {@code ImplementationSpecific}
 * @param backend where requests go
 */
public record IngressPath(String path, String pathType, IngressBackend backend) {}
