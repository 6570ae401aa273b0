package dev.hairpin.cluster;

import dev.hairpin.api.Kinds;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.ManifestException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what every request says of its object; what cannot be read is a bad request. */
final class RequestTrees {
  private RequestTrees() {}

  static boolean isService(Map<String, ?> tree) {
    return Service.KIND.equals(tree.get("kind"))
        && Kinds.qualified(String.valueOf(tree.get("apiVersion")), Service.KIND)
            .equals(Service.KIND);
  }

  /** Whether the server is to make the name up. */
  static boolean isNamedByServer(Map<String, ?> tree) {
    return tree.get("metadata") instanceof Map<?, ?> meta
        && Objects.requireNonNullElse(meta.get("name"), "").equals("")
        && meta.get("generateName") instanceof String prefix
        && !prefix.isEmpty();
  }

  static ObjectKey key(Map<String, ?> tree) {
    return decode(tree, () -> KubeObjects.keyOf(tree));
  }

  static ObjectMeta metadata(Map<String, ?> tree, ObjectKey key) {
    return decode(tree, () -> KubeObjects.readMetadata(Fields.of(tree), key.kind()));
  }

  @SuppressWarnings("unchecked") // trees have texts as keys
  static Map<String, Object> map(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw ApiError.badRequest("expected an object");
  }

  static List<?> list(Object tree) {
    if (tree instanceof List<?> list) {
      return list;
    }
    throw ApiError.badRequest("a JSON patch is a list of operations");
  }

  /** Decodes a tree; the refusal says of what kind and version it should have been. */
  static <T> T decode(Map<String, ?> tree, Supplier<T> decoder) {
    try {
      return decoder.get();
    } catch (ManifestException e) {
      Object kind = tree.get("kind");
      String path = e.path().isEmpty() ? "" : e.path() + ": ";
      ApiError refusal = ApiError.badRequest(kind
          + " in version \""
          + tree.get("apiVersion")
          + "\" cannot be handled as a "
          + kind
          + ": "
          + path
          + e.problem());
      refusal.initCause(e);
      throw refusal;
    }
  }
}
