package dev.hairpin.cluster;

import java.util.function.Consumer;

/**
 * A watch of a state's changes, until it is closed.
 *
 * <p>It may be closed at any time, also by a watcher while a change is told, and more than once. A
 * closed watch is told nothing more, not even a change that was made before and that others are
 * still being told. A watch that is never closed lasts as long as the state. Only the state's
 * writer may close it, as only the writer may change the state.
 */
public final class Watch implements AutoCloseable {
  private final ClusterState state;
  private final Consumer<Change> watcher;
  private boolean closed;

  Watch(ClusterState state, Consumer<Change> watcher) {
    this.state = state;
    this.watcher = watcher;
  }

  void tell(Change change) {
    if (!closed) {
      watcher.accept(change);
    }
  }

  /**
   * Whether the watcher is no longer told of changes.
   *
   * @return true once the watch was closed
   */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Ends the watch; does nothing if it has ended.
   *
   * @throws IllegalStateException if called from a thread other than the state's writer
   */
  @Override
  public void close() {
    state.end(this);
    closed = true;
  }
}
