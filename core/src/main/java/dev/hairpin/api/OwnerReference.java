package dev.hairpin.api;

/**
 * A pointer from an object to the one that owns it.
 *
 * <p>Source: {@code metav1.OwnerReference}
 *
 * @param apiVersion the owner's API version
 * @param kind the owner's kind
 * @param name the owner's name, in the same namespace
 * @param uid the owner's uid
 * @param controller whether the owner is the managing controller
 */
public record OwnerReference(
    String apiVersion, String kind, String name, String uid, boolean controller) {}
