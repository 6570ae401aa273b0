package dev.hairpin.api;

import java.util.Map;

/**
 * An object of a kind that Hairpin keeps but does not act on, or that an add-on reads: its tree as
 * the manifest says it.
 *
 * @param apiVersion the group and version
 * @param kind the kind
 * @param metadata its metadata
 * @param content everything but {@code apiVersion}, {@code kind} and {@code metadata}
 */
public record GenericObject(
    String apiVersion, String kind, ObjectMeta metadata, Map<String, Object> content)
    implements KubeObject {

  /** Copies the collections. */
  public GenericObject {
    content = Values.copy(content);
  }

  @Override
  public GenericObject withMetadata(ObjectMeta newMetadata) {
    return new GenericObject(apiVersion, kind, newMetadata, content);
  }

  /** Kind, namespace and name; the kind as {@link Kinds#qualified} tells it from others. */
  @Override
  public ObjectKey key() {
    return new ObjectKey(Kinds.qualified(apiVersion, kind), metadata.namespace(), metadata.name());
  }
}
