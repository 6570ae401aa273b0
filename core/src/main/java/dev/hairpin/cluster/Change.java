package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
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
}
