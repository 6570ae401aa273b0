package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.api.Condition;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.endpoints.EndpointsController;
import dev.hairpin.manifest.ManifestSet;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;

/** The dump of a live cluster, as {@code kubectl get ... -o yaml} writes it: it has nodes. */
final class Dump {
  private Dump() {}

  static boolean is(ManifestSet set) {
    return set.objects().stream().anyMatch(Node.class::isInstance);
  }

  /**
   * A snapshot of the objects, at the time of the last one that tells a time.
   *
   * <p>{@code kubectl get all} lists no EndpointSlices. Where none at all was dumped they are those
   * that follow from Services and pods; else they are as they were, even where they are stale.
   */
  static Cluster cluster(ManifestSet set, long seed) {
    Instant last =
        set.objects().stream().flatMap(Dump::times).reduce(VirtualClock.EPOCH, Dump::later);
    ClusterState state = new ClusterState(new VirtualClock(last), seed);
    set.objects().forEach(state::store);
    if (state.list(EndpointSlice.class).isEmpty()) {
      addSlices(state);
    }
    return Cluster.of(state);
  }

  /** The controllers work on a copy, so that they do not go on in the snapshot. */
  private static void addSlices(ClusterState state) {
    ClusterState copy = state.fork(new VirtualClock(state.clock().now()));
    EndpointsController.start(
        copy,
        new GeneratedNames(state.seed()),
        Duration.ZERO,
        EndpointsController.DEFAULT_MAX_PER_SLICE);
    copy.clock().advance(Duration.ZERO);
    copy.list(EndpointSlice.class).forEach(state::store);
    copy.list(Endpoints.class).forEach(state::store);
  }

  private static Stream<Instant> times(KubeObject object) {
    Stream<Instant> changes = Stream.empty();
    if (object instanceof Pod pod) {
      changes = pod.conditions().stream().map(Condition::lastTransitionTime);
    } else if (object instanceof Deployment deployment) {
      changes = deployment.status().conditions().stream().map(Deployment.Condition::lastUpdateTime);
    }
    return Stream.concat(Stream.of(object.metadata().creationTimestamp()), changes)
        .filter(Objects::nonNull);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
