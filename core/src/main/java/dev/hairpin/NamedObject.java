package dev.hairpin;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import java.util.Arrays;
import java.util.List;

/** Finds an object by the words that people use for it. */
final class NamedObject {
  private NamedObject() {}

  /**
   * Finds an object.
   *
   * @param text {@code KIND/NAMESPACE/NAME}, or {@code KIND/NAME} in namespace default or for kinds
   *     without one
   * @param state the objects
   * @return the object
   * @throws IllegalArgumentException if there is none
   */
  static KubeObject find(String text, ClusterState state) {
    List<String> parts = Arrays.asList(text.strip().split("/", -1));
    if (parts.size() < 2 || parts.size() > 3) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no object; expected KIND/NAMESPACE/NAME, such as service/ui/ui");
    }
    String kind = GetQuery.kind(parts.get(0));
    String name = parts.get(parts.size() - 1);
    String namespace = parts.size() == 3 ? parts.get(1) : "default";
    return state
        .get(new ObjectKey(kind, namespace, name))
        .or(() -> state.get(new ObjectKey(kind, "", name)))
        .orElseThrow(() -> Suggestions.unknown(
            kind,
            parts.size() == 3 ? namespace + "/" + name : name,
            state.list(kind).stream().map(o -> o.key().namespacedName()).toList()));
  }
}
