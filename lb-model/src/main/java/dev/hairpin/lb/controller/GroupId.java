package dev.hairpin.lb.controller;

import java.util.Optional;

/**
 * Which Ingresses share a load balancer: a named group, or one Ingress alone.
 *
 * @param namespace the Ingress's namespace; empty for a named group
 * @param name the group's or the Ingress's name
 */
record GroupId(String namespace, String name) implements Comparable<GroupId> {
  private static final String IMPLICIT_FINALIZER = "ingress.k8s.aws/resources";
  private static final String EXPLICIT_FINALIZER_PREFIX = "group.ingress.k8s.aws/";

  static GroupId explicit(String name) {
    return new GroupId("", name);
  }

  boolean isExplicit() {
    return namespace.isEmpty();
  }

  /** What marks an Ingress as a member. */
  String finalizer() {
    return isExplicit() ? EXPLICIT_FINALIZER_PREFIX + name : IMPLICIT_FINALIZER;
  }

  /** The group that a finalizer of an Ingress stands for. */
  static Optional<GroupId> ofFinalizer(String finalizer, String namespace, String ingress) {
    if (finalizer.equals(IMPLICIT_FINALIZER)) {
      return Optional.of(new GroupId(namespace, ingress));
    }
    return finalizer.startsWith(EXPLICIT_FINALIZER_PREFIX)
        ? Optional.of(explicit(finalizer.substring(EXPLICIT_FINALIZER_PREFIX.length())))
        : Optional.empty();
  }

  @Override
  public int compareTo(GroupId other) {
    return toString().compareTo(other.toString());
  }

  /** {@code namespace/name}, or the name of the group. */
  @Override
  public String toString() {
    return isExplicit() ? name : namespace + "/" + name;
  }
}
