package dev.hairpin.api;

/**
 * What identifies an object in a cluster: kind, namespace and name.
 *
 * @param kind the kind, such as {@code Service}
 * @param namespace the namespace; empty for kinds without one
 * @param name the name
 */
public record ObjectKey(String kind, String namespace, String name)
    implements Comparable<ObjectKey> {

  @Override
  public int compareTo(ObjectKey other) {
    int byKind = kind.compareTo(other.kind);
    if (byKind != 0) {
      return byKind;
    }
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /**
   * The name with its namespace.
   *
   * @return {@code namespace/name}, or the name alone where the kind has no namespace
   */
  public String namespacedName() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }

  /** {@code Kind namespace/name}, as messages name an object. */
  @Override
  public String toString() {
    return kind + " " + namespacedName();
  }
}
