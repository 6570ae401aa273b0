package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes to the state and knows its own writes again when the watch reports them. */
final class OwnWrites {
  private final ClusterState state;
  private @Nullable ObjectKey writing;

  OwnWrites(ClusterState state) {
    this.state = state;
  }

  KubeObject store(KubeObject object) {
    writing = object.key();
    try {
      return state.store(object);
    } finally {
      writing = null;
    }
  }

  Optional<KubeObject> remove(ObjectKey key) {
    writing = key;
    try {
      return state.remove(key);
    } finally {
      writing = null;
    }
  }

  boolean include(Change change) {
    return change.key().equals(writing);
  }
}
