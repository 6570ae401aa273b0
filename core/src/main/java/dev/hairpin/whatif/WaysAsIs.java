package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ways of some traffic in a cluster as it is. They are walked when the first scenario asks, and
 * kept for the others, which fork the same cluster; if it has changed, they are walked again. As
 * little thread-safe as the cluster.
 */
final class WaysAsIs {
  private final Cluster cluster;
  private final List<Traffic> traffic;
  private @Nullable Known known;

  /** What was walked, and which version of the cluster it is of. */
  private record Known(long version, Instant at, List<Flow> flows) {}

  WaysAsIs(Cluster cluster, List<Traffic> traffic) {
    this.cluster = cluster;
    this.traffic = List.copyOf(traffic);
  }

  /** The ways; capacities and seeds decide none of them. */
  List<Flow> flows() {
    long version = cluster.state().resourceVersion();
    Instant now = cluster.state().clock().now();
    Known last = known;
    if (last == null || last.version != version || !last.at.equals(now)) {
      last = new Known(version, now, new Load(cluster, traffic, Limits.DEFAULT, 0).flows());
      known = last;
    }
    return last.flows;
  }
}
