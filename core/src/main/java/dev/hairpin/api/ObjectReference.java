package dev.hairpin.api;

/**
 * A pointer to an object that stands behind an endpoint.
 *
 * <p>Source: {@code v1.ObjectReference}
 *
 * @param kind the kind, mostly {@code Pod}
 * @param namespace the namespace
 * @param name the name
 * @param uid the uid; may be empty
 */
public record ObjectReference(String kind, String namespace, String name, String uid) {}
