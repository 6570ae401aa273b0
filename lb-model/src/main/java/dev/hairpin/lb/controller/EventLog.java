package dev.hairpin.lb.controller;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the controller reports events.
 *
 * <p>The API server's clients count an event that repeats itself instead of writing it again; here
 * a repetition can be left out.
 */
final class EventLog {
  private final ClusterState state;
  private final Map<ObjectKey, String> last = new HashMap<>();
  private boolean merging;

  EventLog(ClusterState state) {
    this.state = state;
  }

  void mergeRepeated() {
    merging = true;
  }

  void report(ObjectKey key, boolean warning, String reason, String message, String reporter) {
    String said = reason + ": " + message;
    if (merging && said.equals(last.put(key, said))) {
      return;
    }
    state.report(key, warning, reason, message, reporter);
  }
}
