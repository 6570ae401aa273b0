package dev.hairpin.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.manifest.Manifests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a Deployment does with its ReplicaSets, as kube-controller-manager v1.36 does. */
class DeploymentsTest {
  private final Cluster cluster = Cluster.kubeadm();

  private static String deployment(String image, int replicas, String more) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: %d
          %s
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: "%s"}]}
        """.formatted(replicas, more, image);
  }

  /** A pod that is never ready, as its gate is never told. */
  private static String stuck(String image, int replicas, String more) {
    return deployment(image, replicas, more)
        .replace(
            "spec: {containers", "spec: {readinessGates: [{conditionType: never}], containers");
  }

  private static Deployment stored(Cluster cluster) {
    return cluster.state().get(Deployment.class, "default", "web").orElseThrow();
  }

  private static Deployment.Status status(Cluster cluster) {
    return stored(cluster).status();
  }

  private static List<ReplicaSet> sets(Cluster cluster) {
    return List.copyOf(cluster.state().list(ReplicaSet.class));
  }

  private static Map<String, Integer> sizes(Cluster cluster) {
    Map<String, Integer> sizes = new TreeMap<>();
    sets(cluster)
        .forEach(
            set -> sizes.put(set.template().spec().containers().get(0).image(), set.replicas()));
    return sizes;
  }

  private static String set(Cluster cluster, String image) {
    return sets(cluster).stream()
        .filter(set -> set.template().spec().containers().get(0).image().equals(image))
        .findFirst()
        .orElseThrow()
        .metadata()
        .name();
  }

  private static List<String> conditions(Cluster cluster) {
    return status(cluster).conditions().stream()
        .map(c -> c.type() + " " + c.status() + " " + c.reason() + ": " + c.message())
        .toList();
  }

  @Test
  void oldReplicaSetsGoBeyondTheLimitTheLowestRevisionFirst() {
    for (int i = 1; i <= 5; i++) {
      cluster.apply(deployment("web:" + i, 2, "revisionHistoryLimit: 2"));
    }
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:3", 0, "web:4", 0, "web:5", 2));

    // the third becomes the last revision again, so the fourth is the oldest
    cluster.apply(deployment("web:3", 2, "revisionHistoryLimit: 2"));
    cluster.apply(deployment("web:6", 2, "revisionHistoryLimit: 2"));
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:3", 0, "web:5", 0, "web:6", 2));
  }

  @Test
  void tenOldReplicaSetsAreKeptWhereNothingElseIsSaid() {
    for (int i = 1; i <= 14; i++) {
      cluster.apply(deployment("web:" + i, 1, ""));
    }
    assertThat(sets(cluster)).hasSize(11);
    cluster.apply(deployment("web:15", 1, "revisionHistoryLimit: 0"));
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:15", 1));
  }

  @Test
  void theRevisionIsCountedInTheReplicaSets() {
    cluster.apply(deployment("web:1", 1, ""));
    cluster.apply(deployment("web:2", 1, ""));
    cluster.apply(deployment("web:1", 1, ""));
    assertThat(sets(cluster))
        .extracting(set -> set.metadata().annotations().get("deployment.kubernetes.io/revision"))
        .containsExactlyInAnyOrder("2", "3");
    assertThat(stored(cluster).metadata().generation()).isEqualTo(3);
    assertThat(status(cluster).observedGeneration()).isEqualTo(3);
  }

  @Test
  void aPausedDeploymentIsScaledButNotUpdated() {
    cluster.apply(deployment("web:1", 2, ""));
    cluster.apply(deployment("web:2", 5, "paused: true"));
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 5));
    assertThat(conditions(cluster))
        .contains("Progressing Unknown DeploymentPaused: Deployment is" + " paused");
    assertThat(status(cluster).updatedReplicas()).isZero();

    cluster.apply(deployment("web:2", 5, ""));
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 0, "web:2", 5));
    assertThat(conditions(cluster))
        .containsExactly(
            "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
            "Progressing True NewReplicaSetAvailable: ReplicaSet \"" + set(cluster, "web:2")
                + "\" has successfully progressed.");
  }

  @Test
  void aStatusTellsHowFarADeploymentIs() {
    cluster.apply(deployment("web:1", 2, ""));
    assertThat(Manifests.toYaml(List.of(stored(cluster))))
        .endsWith("""
        status:
          availableReplicas: 2
          conditions:
          - lastTransitionTime: 2026-01-01T00:00:00Z
            lastUpdateTime: 2026-01-01T00:00:00Z
            message: Deployment has minimum availability.
            reason: MinimumReplicasAvailable
            status: "True"
            type: Available
          - lastTransitionTime: 2026-01-01T00:00:00Z
            lastUpdateTime: 2026-01-01T00:00:00Z
            message: "ReplicaSet \\"%s\\" has successfully progressed."
            reason: NewReplicaSetAvailable
            status: "True"
            type: Progressing
          observedGeneration: 1
          readyReplicas: 2
          replicas: 2
          terminatingReplicas: 0
          updatedReplicas: 2
        """.formatted(set(cluster, "web:1")));
  }

  @Test
  void anUpdateThatStandsStillForTooLongIsCalledFailed() {
    cluster.apply(deployment("web:1", 4, ""));
    cluster.apply(stuck("web:2", 4, "progressDeadlineSeconds: 60"));
    String fresh = set(cluster, "web:2");
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 3, "web:2", 2));
    assertThat(conditions(cluster))
        .contains(
            "Progressing True ReplicaSetUpdated: ReplicaSet \"" + fresh + "\" is progressing.");
    cluster.advance(Duration.ofSeconds(59));
    assertThat(conditions(cluster)).anyMatch(c -> c.contains("ReplicaSetUpdated"));
    cluster.advance(Duration.ofSeconds(3));
    assertThat(conditions(cluster))
        .containsExactly(
            "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
            "Progressing False ProgressDeadlineExceeded: ReplicaSet \"" + fresh
                + "\" has timed out progressing.");
    // nothing is taken back by itself
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 3, "web:2", 2));
  }

  @Test
  void aForkKnowsSinceWhenAnUpdateStandsStill() {
    cluster.apply(deployment("web:1", 4, ""));
    cluster.apply(stuck("web:2", 4, "progressDeadlineSeconds: 60"));
    cluster.advance(Duration.ofSeconds(40));
    Cluster fork = cluster.fork();
    fork.advance(Duration.ofSeconds(22));
    assertThat(conditions(fork)).anyMatch(c -> c.contains("ProgressDeadlineExceeded"));
    assertThat(conditions(cluster)).noneMatch(c -> c.contains("ProgressDeadlineExceeded"));
  }

  @Test
  void withoutADeadlineNothingIsSaidOfProgress() {
    cluster.apply(stuck("web:1", 2, "progressDeadlineSeconds: 2147483647"));
    cluster.advance(Duration.ofHours(1));
    assertThat(conditions(cluster))
        .containsExactly("Available False MinimumReplicasUnavailable: Deployment does not have"
            + " minimum availability.");
  }

  @Test
  void undoGoesBackToTheRevisionBeforeOrToANumberedOne() {
    for (int i = 1; i <= 3; i++) {
      cluster.apply(deployment("web:" + i, 1, ""));
    }
    cluster.controllers().workloads().undo("Deployment", "default", "web", 0);
    cluster.advance(Duration.ZERO);
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 0, "web:2", 1, "web:3", 0));
    cluster.controllers().workloads().undo("Deployment", "default", "web", 1);
    cluster.advance(Duration.ZERO);
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 1, "web:2", 0, "web:3", 0));
    assertThatThrownBy(
            () -> cluster.controllers().workloads().undo("Deployment", "default", "web", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unable to find specified revision 1 in history");

    cluster.apply(deployment("web:1", 1, "paused: true"));
    assertThatThrownBy(
            () -> cluster.controllers().workloads().undo("Deployment", "default", "web", 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("you cannot rollback a paused deployment");
  }

  @Test
  void recreateDoesNotWaitForPodsThatAreFinished() {
    cluster.apply(deployment("web:1", 1, "strategy: {type: Recreate}"));
    Pod pod = List.copyOf(cluster.state().list(Pod.class)).get(0);
    cluster
        .state()
        .store(new Pod(
            pod.metadata(), pod.spec(), "Failed", pod.podIps(), pod.hostIp(), pod.conditions()));
    cluster.advance(Duration.ZERO);
    cluster.apply(deployment("web:2", 1, "strategy: {type: Recreate}"));
    assertThat(sizes(cluster)).isEqualTo(Map.of("web:1", 0, "web:2", 1));
    assertThat(cluster.state().list(Pod.class))
        .anyMatch(p -> p.phase().equals("Failed"))
        .anyMatch(p -> p.isReady());
  }

  @Test
  void theNewReplicaSetTakesOverAChangedMinimalReadyTime() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    slow.apply(deployment("web:1", 1, "minReadySeconds: 5"));
    slow.advance(Duration.ofMinutes(1));
    slow.apply(deployment("web:1", 1, "minReadySeconds: 50"));
    slow.advance(Duration.ofSeconds(1));
    assertThat(sets(slow)).singleElement().satisfies(set -> {
      assertThat(set.minReadySeconds()).isEqualTo(50);
      assertThat(set.metadata().annotations())
          .containsEntry("deployment.kubernetes.io/revision", "1");
    });
  }
}
