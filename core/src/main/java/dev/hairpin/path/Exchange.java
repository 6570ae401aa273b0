package dev.hairpin.path;

import org.jspecify.annotations.Nullable;

/**
 * A request on an open connection and what came of it.
 *
 * @param served what the server said, or null if nothing came
 * @param errno the error of the caller's system call, or null
 * @param closedByPeer whether the server had closed the connection in order
 */
public record Exchange(@Nullable Served served, @Nullable String errno, boolean closedByPeer) {

  /**
   * Whether nothing came at all.
   *
   * @return true if there was neither an answer nor an error
   */
  public boolean timedOut() {
    return served == null && errno == null && !closedByPeer;
  }
}
