package dev.hairpin.manifest;

import dev.hairpin.api.KubeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One object as a text gives it, with the place where it stands. Immutable. */
public final class Manifest {
  private final String origin;
  private final int document;
  private final String prefix;
  private final YamlNode.Mapping node;
  private final boolean lenient;

  Manifest(String origin, int document, String prefix, YamlNode.Mapping node, boolean lenient) {
    this.origin = origin;
    this.document = document;
    this.prefix = prefix;
    this.node = node;
    this.lenient = lenient;
  }

  Manifest lenient() {
    return new Manifest(origin, document, prefix, node, true);
  }

  /**
   * The file.
   *
   * @return the file, or what else the text came from
   */
  public String origin() {
    return origin;
  }

  /**
   * The document.
   *
   * @return its number in the file, from 1
   */
  public int document() {
    return document;
  }

  /**
   * The line where a field stands.
   *
   * @param path the field's path in the object, such as {@code spec.ports[0].port}; empty for the
   *     object
   * @return the line, from 1, of the field or of its nearest parent that is there
   */
  public int lineOf(String path) {
    return YamlNode.lineOf(node, path);
  }

  /**
   * The object's tree.
   *
   * @return a new tree of maps, lists, texts, numbers, booleans and nulls
   */
  @SuppressWarnings("unchecked") // a mapping becomes a map with texts as keys
  public Map<String, Object> tree() {
    Object plain = YamlNode.plain(node);
    return (Map<String, Object>) Objects.requireNonNull(plain);
  }

  /**
   * The object.
   *
   * @return the object as it is, without admission
   * @throws ManifestException if a field has a wrong type or value
   */
  public KubeObject object() {
    return object(ignored -> {});
  }

  /**
   * The object, and what is unknown of it.
   *
   * @param unknown is told the path of every field that Kubernetes does not know
   * @return the object as it is, without admission
   * @throws ManifestException if a field has a wrong type or value
   */
  public KubeObject object(Consumer<String> unknown) {
    try {
      Fields fields = Fields.of(tree(), "", unknown);
      return KubeObjects.fromFields(lenient ? fields.coercing() : fields);
    } catch (ManifestException e) {
      throw at(e.path(), e.problem());
    }
  }

  /**
   * The fields that Kubernetes does not know, such as misspelt ones, and a kind that it does not
   * know.
   *
   * @return one line each, such as {@code shop.yaml: document 1, line 9: spec.selecter: unknown
   *     field}
   * @throws ManifestException if a field has a wrong type or value
   */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    KubeObject object = object(path -> warnings.add(at(path, "unknown field").getMessage()));
    if (!KubeObjects.isKnown(object.apiVersion(), object.kind())) {
      warnings.add(at(
              "kind",
              "unknown kind \"" + object.kind() + "\" of " + object.apiVersion()
                  + "; it is kept, and nothing acts on it")
          .getMessage());
    }
    return warnings;
  }

  /**
   * An error at a field of this object.
   *
   * @param path the field's path in the object; empty for the object
   * @param problem what is wrong
   * @return the exception, to be thrown
   */
  public ManifestException at(String path, String problem) {
    return new ManifestException(origin, document, lineOf(path), full(path), problem);
  }

  private String full(String path) {
    return prefix.isEmpty() ? path : path.isEmpty() ? prefix : prefix + "." + path;
  }

  /** Text of a field at the top, for messages. */
  private String shown(String name, YamlNode.@Nullable Mapping of) {
    @Nullable YamlNode value = of == null ? null : of.fields().get(name);
    return value instanceof YamlNode.Scalar scalar ? String.valueOf(scalar.value()) : "?";
  }

  /** {@code Service ui (file, document 2, line 14)}. */
  @Override
  public String toString() {
    YamlNode.@Nullable Mapping meta =
        node.fields().get("metadata") instanceof YamlNode.Mapping mapping ? mapping : null;
    return shown("kind", node)
        + " "
        + shown("name", meta)
        + " ("
        + origin
        + ", document "
        + document
        + ", line "
        + node.line()
        + ")";
  }
}
