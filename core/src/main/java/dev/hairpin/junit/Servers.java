package dev.hairpin.junit;

import org.jspecify.annotations.Nullable;

/** How tests name servers. */
final class Servers {
  private Servers() {}

  /**
   * Whether a server is the one that is meant: by its full name, or a pod by its workload's name,
   * since a pod's name is that of its workload with one or two parts more.
   */
  static boolean is(@Nullable String server, String meant) {
    if (server == null) {
      return false;
    }
    if (server.equals(meant)) {
      return true;
    }
    return server.startsWith(meant + "-")
        && server.substring(meant.length() + 1).chars().filter(c -> c == '-').count() <= 1;
  }
}
