package dev.hairpin.manifest;

import dev.hairpin.api.KubeObject;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads manifests: YAML of any number of documents, JSON, {@code List} kinds, and what
 * {@code kubectl get -o yaml} or {@code -o json} prints.
 *
 * <pre>{@code
 * List<KubeObject> objects = Manifests.load(Path.of("shop/")).objects();
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class Manifests {

  /** The largest text that is read, 256 MiB. */
  public static final long MAX_BYTES = 256L << 20;

  private Manifests() {}

  /**
   * Reads a file, or all files below a folder whose names end in {@code .yaml}, {@code .yml} or
   * {@code .json}, sorted by path.
   *
   * @param path the file or folder
   * @return the objects
   * @throws ManifestException if a file is no manifest, or too large
   * @throws UncheckedIOException if a file cannot be read
   */
  public static ManifestSet load(Path path) {
    List<Manifest> all = new ArrayList<>();
    try {
      for (Path file : Files.isDirectory(path) ? filesBelow(path) : List.of(path)) {
        all.addAll(read(file).manifests());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ManifestSet(all);
  }

  private static List<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(p -> {
            String name = p.getFileName().toString();
            return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
          })
          .sorted()
          .toList();
    }
  }

  private static ManifestSet read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new ManifestException(
          file.toString(), 0, 0, "", "the file has " + size + " bytes, more than " + MAX_BYTES);
    }
    try (Reader text = new Utf8Reader(Files.newInputStream(file))) {
      return parse(text, size, file.toString());
    }
  }

  /**
   * Reads a text.
   *
   * @param text YAML or JSON
   * @param origin what the text came from, for errors
   * @return the objects
   * @throws ManifestException if the text is no manifest
   */
  public static ManifestSet parse(String text, String origin) {
    return parse(new StringReader(text), text.length(), origin);
  }

  static ManifestSet parse(Reader text, long size, String origin) {
    List<Manifest> all = new ArrayList<>();
    for (YamlReader.Document document : YamlReader.read(text, size, origin)) {
      add(all, origin, document.number(), "", document.root());
    }
    return new ManifestSet(all);
  }

  /**
   * Writes objects as YAML, as {@code kubectl get -o yaml} does: fields in alphabetical order, a
   * document for each object. {@link #parse} reads it back.
   *
   * @param objects the objects
   * @return the text
   */
  public static String toYaml(Collection<? extends KubeObject> objects) {
    StringBuilder text = new StringBuilder();
    for (KubeObject object : objects) {
      text.append(text.isEmpty() ? "" : "---\n")
          .append(YamlWriter.write(KubeObjects.toTree(object)));
    }
    return text.toString();
  }

  /**
   * Writes an object as JSON in one line. {@link #parse} reads it back.
   *
   * @param object the object
   * @return the text
   */
  public static String toJson(KubeObject object) {
    return JsonWriter.write(KubeObjects.toTree(object));
  }

  private static void add(
      List<Manifest> all, String origin, int document, String prefix, YamlNode node) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      throw new ManifestException(
          origin,
          document,
          node.line(),
          prefix,
          "expected an object, not " + Fields.describe(YamlNode.plain(node)));
    }
    requireText(origin, document, prefix, mapping, "apiVersion");
    String kind = requireText(origin, document, prefix, mapping, "kind");
    if (!kind.endsWith("List") || !mapping.fields().containsKey("items")) {
      all.add(new Manifest(origin, document, prefix, mapping, false));
      return;
    }
    YamlNode items = mapping.fields().get("items");
    if (items instanceof YamlNode.Sequence list) {
      for (int i = 0; i < list.items().size(); i++) {
        String at = prefix.isEmpty() ? "items" : prefix + ".items";
        add(all, origin, document, at + "[" + i + "]", list.items().get(i));
      }
    } else if (items != null && !isNull(items)) {
      throw new ManifestException(
          origin,
          document,
          items.line(),
          "items",
          "expected a list, not " + Fields.describe(YamlNode.plain(items)));
    }
  }

  private static boolean isNull(YamlNode node) {
    return node instanceof YamlNode.Scalar scalar && scalar.value() == null;
  }

  private static String requireText(
      String origin, int document, String prefix, YamlNode.Mapping mapping, String name) {
    @Nullable YamlNode node = mapping.fields().get(name);
    if (node instanceof YamlNode.Scalar scalar
        && scalar.value() instanceof String text
        && !text.isEmpty()) {
      return text;
    }
    String path = prefix.isEmpty() ? name : prefix + "." + name;
    throw new ManifestException(
        origin,
        document,
        node == null ? mapping.line() : node.line(),
        path,
        node == null || isNull(node)
            ? "Object '" + (name.equals("kind") ? "Kind" : name) + "' is missing"
            : "expected a string, not " + Fields.describe(YamlNode.plain(node)));
  }
}
