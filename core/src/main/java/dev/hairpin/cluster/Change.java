package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One change of the stored objects, as a watch reports it.
 *
 * @param before the object before the change; null if it was added
 * @param after the object after the change; null if it was deleted
 */
public record Change(@Nullable KubeObject before, @Nullable KubeObject after) {

  /**
   * Checks that there is an object.
   *
   * @throws IllegalArgumentException if both sides are null
   */
  public Change {
    if (before == null && after == null) {
      throw new IllegalArgumentException("a change has an object before or after it");
    }
  }

  /** What a watch calls the change. */
  public enum Type {
    /** The object is new. */
    ADDED,
    /** The object was there and is there. */
    MODIFIED,
    /** The object is gone. */
    DELETED
  }

  /**
   * The type of the change.
   *
   * @return the type
   */
  public Type type() {
    return before == null ? Type.ADDED : after == null ? Type.DELETED : Type.MODIFIED;
  }

  /**
   * The object that changed, in its newest form.
   *
   * @return the object after the change, or before it if it was deleted
   */
  public KubeObject object() {
    KubeObject newest = after != null ? after : before;
    if (newest == null) {
      throw new AssertionError("checked in the constructor");
    }
    return newest;
  }

  /**
   * What identifies the object.
   *
   * @return its key
   */
  public ObjectKey key() {
    return object().key();
  }

  /**
   * What tells two states apart, object by object.
   *
   * @param before the one state
   * @param after the other state
   * @return the objects that are in one of them only, or differ in more than their versions,
   *     generations, uids and times of creation, by kind, namespace and name
   */
  public static List<Change> between(ClusterView before, ClusterView after) {
    TreeMap<ObjectKey, KubeObject> old = new TreeMap<>();
    before.kinds().forEach(kind -> before.list(kind).forEach(o -> old.put(o.key(), o)));
    TreeMap<ObjectKey, Change> changes = new TreeMap<>();
    for (String kind : after.kinds()) {
      for (KubeObject now : after.list(kind)) {
        KubeObject was = old.remove(now.key());
        if (was == null || (was != now && !comparable(was).equals(comparable(now)))) {
          changes.put(now.key(), new Change(was, now));
        }
      }
    }
    old.forEach((key, gone) -> changes.put(key, new Change(gone, null)));
    return List.copyOf(changes.values());
  }

  private static KubeObject comparable(KubeObject object) {
    ObjectMeta meta = object.metadata();
    Instant same = Instant.EPOCH;
    return object.withMetadata(meta.stored("", same, meta.deletionTimestamp(), 0, 0));
  }
}
