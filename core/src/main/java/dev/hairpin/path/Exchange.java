package dev.hairpin.path;

import org.jspecify.annotations.Nullable;

/**
 * A request on an open connection and what came of it.
 *
 * @param served what the server said, or null if nothing came
 * @param errno the error of the caller's system call, or null
 */
public record Exchange(@Nullable Served served, @Nullable String errno) {

  /**
   * Whether nothing came at all.
   *
   * @return true if there was neither an answer nor an error
   */
  public boolean timedOut() {
    return served == null && errno == null;
  }
}
