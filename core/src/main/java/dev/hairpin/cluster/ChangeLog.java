package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The changes of a state from some moment on, which can be saved and made again elsewhere.
 *
 * <p>It is saved as a watch prints it, an event a line:
 * {@code {"type":"ADDED","object":{"apiVersion":"v1",...}}}. The changes of a state that was empty
 * when the log began, made again in an empty state, give the same objects with the same versions.
 * Not thread-safe.
 */
public final class ChangeLog implements AutoCloseable {
  private final List<Change> changes = new ArrayList<>();
  private final Watch watch;

  private ChangeLog(ClusterState state) {
    this.watch = state.watch(changes::add);
  }

  /**
   * Begins to log.
   *
   * @param state the state whose changes are to be kept from now on
   * @return the log, which grows with every change until it is closed
   */
  public static ChangeLog of(ClusterState state) {
    return new ChangeLog(state);
  }

  /**
   * Ends the log, which keeps what it has.
   *
   * @throws IllegalStateException if called from a thread other than the state's writer
   */
  @Override
  public void close() {
    watch.close();
  }

  /**
   * The changes.
   *
   * @return the changes, oldest first; an unmodifiable view
   */
  public List<Change> changes() {
    return Collections.unmodifiableList(changes);
  }

  /**
   * Saves the log.
   *
   * @param out where to
   * @throws IOException if it cannot be written
   */
  public void save(Appendable out) throws IOException {
    for (Change change : changes) {
      out.append("{\"type\":\"")
          .append(change.type().name())
          .append("\",\"object\":")
          .append(Manifests.toJson(change.object()))
          .append("}\n");
    }
  }

  /**
   * Makes the changes of a saved log, all together or none.
   *
   * @param text the saved log
   * @param origin what it came from, for errors
   * @param into the state to change
   * @throws ManifestException if a line is no event, or deletes what is not there, with its place
   */
  public static void replay(String text, String origin, ClusterState into) {
    List<String> lines = text.lines().toList();
    into.transaction(() -> {
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank()) {
          replayLine(lines.get(i), origin, i + 1, into);
        }
      }
      return lines.size();
    });
  }

  private static void replayLine(String line, String origin, int number, ClusterState into) {
    String head = "{\"type\":\"";
    int quote = line.indexOf('"', head.length());
    String middle = "\",\"object\":";
    if (!line.startsWith(head) || !line.startsWith(middle, quote) || !line.endsWith("}")) {
      throw new ManifestException(origin, 0, number, "", "expected an event of a watch");
    }
    String object = line.substring(quote + middle.length(), line.length() - 1);
    KubeObject change = one(object, origin, number);
    switch (line.substring(head.length(), quote)) {
      case "ADDED", "MODIFIED" -> into.store(change);
      case "DELETED" -> {
        if (into.remove(change.key()).isEmpty()) {
          throw new ManifestException(
              origin, 0, number, "object", "there is no " + change.key() + " to delete");
        }
      }
      default ->
        throw new ManifestException(
            origin, 0, number, "type", "expected ADDED, MODIFIED or DELETED");
    }
  }

  private static KubeObject one(String text, String origin, int number) {
    try {
      List<Manifest> manifests = Manifests.parse(text, origin).manifests();
      if (manifests.size() == 1) {
        Map<String, Object> tree = manifests.get(0).tree();
        return KubeObjects.fromTree(tree);
      }
    } catch (ManifestException e) {
      throw new ManifestException(origin, 0, number, e.path(), e.problem());
    }
    throw new ManifestException(origin, 0, number, "object", "expected one object");
  }
}
