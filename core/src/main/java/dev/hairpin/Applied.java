package dev.hairpin;

import dev.hairpin.api.KubeObject;
import dev.hairpin.render.Escape;
import java.util.List;
import java.util.Locale;

/**
 * What {@link Cluster#apply} did.
 *
 * @param changes one for each object, in the order given
 */
public record Applied(List<Change> changes) {

  /** Copies the list. */
  public Applied {
    changes = List.copyOf(changes);
  }

  /** What {@code kubectl apply} says that it did with an object. */
  public enum Action {
    /** There was none. */
    CREATED,
    /** It was changed. */
    CONFIGURED,
    /** It was so already. */
    UNCHANGED;

    /** The word that {@code kubectl} prints, such as {@code created}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What became of one object.
   *
   * @param action what was done
   * @param object the object as it is stored
   * @param warnings fields and kinds that Kubernetes does not know, with their place, and what the
   *     API server warns of
   */
  public record Change(Action action, KubeObject object, List<String> warnings) {

    /** Copies the warnings. */
    public Change {
      warnings = List.copyOf(warnings);
    }

    /** As {@code kubectl apply} says it: {@code service/ui created}. */
    @Override
    public String toString() {
      int slash = object.apiVersion().indexOf('/');
      String group = slash < 0 ? "" : "." + object.apiVersion().substring(0, slash);
      return object.kind().toLowerCase(Locale.ROOT)
          + group
          + "/"
          + object.metadata().name()
          + " "
          + action;
    }
  }

  /** A line for each object, and the warnings before it. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (Change change : changes) {
      change.warnings.forEach(w -> out.append("Warning: ").append(w).append('\n'));
      out.append(change).append('\n');
    }
    return Escape.terminal(out.toString());
  }
}
