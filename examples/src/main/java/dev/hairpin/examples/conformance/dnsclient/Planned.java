package dev.hairpin.examples.conformance.dnsclient;

import com.google.common.base.Splitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A lookup that the recorded program made.
 *
 * @param at when, since the first question
 * @param name the name
 */
record Planned(Duration at, String name) {

  /**
   * The lookups of a run: one, except of those programs that try the JVM's cache.
   *
   * <p>Of a lookup that the cache answered nothing is seen on the wire, but its line in the
   * program's output; it was made at some time after the one before it.
   */
  static List<Planned> of(RecordedRun run) {
    if (!run.client().endsWith(" cache")) {
      return List.of(new Planned(Duration.ZERO, run.name()));
    }
    List<Planned> all = new ArrayList<>();
    int query = 0;
    Duration at = Duration.ZERO;
    for (String line : Splitter.on('\n').split(run.result())) {
      String name = line.substring(0, line.indexOf(" -> "));
      boolean cachedFailure = line.endsWith("UHE " + name);
      if (!cachedFailure
          && query < run.queries().size()
          && run.queries().get(query).name().startsWith(name + ".")) {
        at = Duration.ofNanos((long) (run.queries().get(query).ms() * 1e6));
        while (query < run.queries().size()
            && run.queries().get(query).name().startsWith(name + ".")
            && run.queries().get(query).ms() < at.toMillis() + 1000) {
          query++;
        }
      }
      all.add(new Planned(at, name));
    }
    return all;
  }
}
