package dev.hairpin.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ChangeLog;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.manifest.Manifests;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the workload controllers write into the status, as kube-controller-manager v1.36 does. */
class StoredStatusTest {
  private final Cluster cluster = Cluster.kubeadm();

  private static String workload(String kind, String name, String more) {
    return """
        apiVersion: apps/v1
        kind: %1$s
        metadata: {name: %2$s}
        spec:
          %3$s
          selector: {matchLabels: {app: %2$s}}
          template:
            metadata: {labels: {app: %2$s}}
            spec: {containers: [{name: c, image: "c:1"}]}
        """.formatted(kind, name, more);
  }

  private static <T extends KubeObject> T only(Cluster cluster, Class<T> type) {
    List<T> all = List.copyOf(cluster.state().list(type));
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private List<Pod> pods() {
    return List.copyOf(cluster.state().list(Pod.class));
  }

  private void setReady(int pod, boolean ready) {
    cluster
        .controllers()
        .kubelets()
        .setReady("default", pods().get(pod).metadata().name(), ready);
    cluster.advance(Duration.ZERO);
  }

  @Test
  void aReplicaSetSaysHowManyPodsItHas() {
    cluster.apply(workload("ReplicaSet", "web", "replicas: 3"));
    setReady(1, false);

    assertThat(Manifests.toYaml(List.of(only(cluster, ReplicaSet.class)))).endsWith("""
        status:
          availableReplicas: 2
          fullyLabeledReplicas: 3
          observedGeneration: 1
          readyReplicas: 2
          replicas: 3
          terminatingReplicas: 0
        """);
    assertThat(cluster.get("rs")).isEqualTo("""
        NAME   DESIRED   CURRENT   READY   AGE
        web    3         3         2       0s
        """);
  }

  @Test
  void aReplicaSetWithoutPodsSaysThatToo() {
    cluster.apply(workload("ReplicaSet", "web", "replicas: 0"));

    assertThat(Manifests.toYaml(List.of(only(cluster, ReplicaSet.class)))).endsWith("""
        status:
          observedGeneration: 1
          replicas: 0
          terminatingReplicas: 0
        """);
  }

  @Test
  void podsThatLackALabelOfTheTemplateAreNotFullyLabelled() {
    cluster.apply(workload("ReplicaSet", "web", "replicas: 2")
        .replace("labels: {app: web}", "labels: {app: web, tier: front}"));
    Pod pod = pods().get(0);
    cluster.state().store(pod.withMetadata(pod.metadata().withLabels(Map.of("app", "web"))));
    cluster.advance(Duration.ZERO);

    assertThat(only(cluster, ReplicaSet.class).status().fullyLabeledReplicas()).isEqualTo(1);
    assertThat(only(cluster, ReplicaSet.class).status().replicas()).isEqualTo(2);
  }

  @Test
  void aDeploymentAddsUpItsReplicaSets() {
    cluster.apply(workload("Deployment", "web", "replicas: 4"));
    cluster.apply(workload("Deployment", "web", "replicas: 4")
        .replace(
            "spec: {containers", "spec: {readinessGates: [{conditionType: never}], containers"));

    Deployment.Status status = only(cluster, Deployment.class).status();

    assertThat(status.observedGeneration()).isEqualTo(2);
    assertThat(status.replicas()).isEqualTo(5);
    assertThat(status.updatedReplicas()).isEqualTo(2);
    assertThat(status.readyReplicas()).isEqualTo(3);
    assertThat(status.availableReplicas()).isEqualTo(3);
    assertThat(status.unavailableReplicas()).isEqualTo(2);
    assertThat(cluster.state().list(ReplicaSet.class))
        .extracting(set -> set.status().replicas())
        .containsExactlyInAnyOrder(3, 2);
    assertThat(cluster.get("deploy")).isEqualTo("""
        NAME   READY   UP-TO-DATE   AVAILABLE   AGE
        web    3/4     2            3           0s
        """);
  }

  @Test
  void aDeploymentNamesItsRevision() {
    cluster.apply(workload("Deployment", "web", "replicas: 1"));
    assertThat(only(cluster, Deployment.class).metadata().annotations())
        .containsEntry("deployment.kubernetes.io/revision", "1");
    cluster.apply(workload("Deployment", "web", "replicas: 1").replace("c:1", "c:2"));
    assertThat(only(cluster, Deployment.class).metadata().annotations())
        .containsEntry("deployment.kubernetes.io/revision", "2");
    assertThat(only(cluster, Deployment.class).metadata().generation()).isEqualTo(2);
  }

  @Test
  void podsThatAreAboutToGoAreCountedApart() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    slow.apply(workload("Deployment", "web", "replicas: 3"));
    slow.advance(Duration.ofMinutes(1));
    slow.apply(workload("Deployment", "web", "replicas: 1"));
    slow.advance(Duration.ofMillis(500));

    assertThat(only(slow, ReplicaSet.class).status().terminatingReplicas()).isEqualTo(2);
    assertThat(only(slow, Deployment.class).status().terminatingReplicas()).isEqualTo(2);
    assertThat(only(slow, Deployment.class).status().replicas()).isEqualTo(1);

    slow.advance(Duration.ofMinutes(1));
    assertThat(only(slow, Deployment.class).status().terminatingReplicas()).isZero();
  }

  @Test
  void aPodIsAvailableWhenItHasBeenReadyForLongEnough() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    slow.apply(workload("Deployment", "web", "replicas: 2\n  minReadySeconds: 30"));
    slow.advance(Duration.ofSeconds(20));
    assertThat(only(slow, Deployment.class).status().readyReplicas()).isEqualTo(2);
    assertThat(only(slow, Deployment.class).status().availableReplicas()).isZero();

    slow.advance(Duration.ofSeconds(20));
    assertThat(only(slow, ReplicaSet.class).status().availableReplicas()).isEqualTo(2);
    assertThat(only(slow, Deployment.class).status().availableReplicas()).isEqualTo(2);
  }

  @Test
  void aDaemonSetCountsNodes() {
    cluster.apply(workload("DaemonSet", "agent", "minReadySeconds: 0"));
    setReady(0, false);

    assertThat(Manifests.toYaml(List.of(only(cluster, DaemonSet.class)))).endsWith("""
        status:
          currentNumberScheduled: 3
          desiredNumberScheduled: 3
          numberAvailable: 2
          numberMisscheduled: 0
          numberReady: 2
          numberUnavailable: 1
          observedGeneration: 1
          updatedNumberScheduled: 3
        """);
    assertThat(cluster.get("ds")).isEqualTo("""
        NAME    DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
        agent   3         3         2       3            2           <none>          0s
        """);
  }

  @Test
  void aStatefulSetSaysWhichRevisionsItsPodsAreOf() {
    cluster.apply(workload("StatefulSet", "db", "replicas: 3"));
    String before = only(cluster, StatefulSet.class).status().currentRevision();
    cluster.apply(workload("StatefulSet", "db", "replicas: 3")
        .replace(
            "spec: {containers", "spec: {readinessGates: [{conditionType: never}], containers"));

    StatefulSet.Status status = only(cluster, StatefulSet.class).status();

    assertThat(status.currentRevision()).isEqualTo(before);
    assertThat(status.updateRevision()).isNotEqualTo(before);
    assertThat(status.currentReplicas()).isEqualTo(2);
    assertThat(status.updatedReplicas()).isEqualTo(1);
    assertThat(status.readyReplicas()).isEqualTo(2);
    assertThat(cluster.get("sts")).isEqualTo("""
        NAME   READY   AGE
        db     2/3     0s
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})
  void aStatusIsNoNewGeneration(String kind) {
    cluster.apply(workload(kind, "web", "minReadySeconds: 0"));
    setReady(0, false);
    setReady(0, true);

    assertThat(cluster.state().get(new ObjectKey(kind, "default", "web")))
        .hasValueSatisfying(
            workload -> assertThat(workload.metadata().generation()).isEqualTo(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})
  void aStatusThatStaysTheSameIsNoEvent(String kind) {
    cluster.apply(workload(kind, "web", "minReadySeconds: 0"));
    List<Change> changes = new ArrayList<>();
    cluster.state().watch(changes::add);
    cluster.apply(workload(kind, "web", "minReadySeconds: 0"));
    cluster.advance(Duration.ofHours(1));

    assertThat(changes).isEmpty();
  }

  @Test
  void podsThatBecomeReadyTogetherAreOneWriteOfEach() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    slow.apply(workload("Deployment", "web", "replicas: 15"));
    slow.advance(Duration.ofSeconds(3));
    List<Change> changes = new ArrayList<>();
    slow.state().watch(changes::add);
    slow.advance(Duration.ofMillis(1_500));

    assertThat(changes.stream().filter(c -> c.object() instanceof Pod)).hasSize(15);
    assertThat(changes.stream().filter(c -> c.object() instanceof ReplicaSet)).hasSize(1);
    assertThat(changes.stream().filter(c -> c.object() instanceof Deployment)).hasSize(1);
  }

  @Test
  void aLogOfARolloutGivesTheSameObjectsElsewhere() throws IOException {
    Cluster elsewhere = cluster.fork();
    ChangeLog log = ChangeLog.of(cluster.state());
    cluster.apply(workload("Deployment", "web", "replicas: 3"));
    cluster.apply(workload("StatefulSet", "db", "replicas: 2"));
    cluster.apply(workload("DaemonSet", "agent", "minReadySeconds: 0"));
    cluster.apply(workload("Deployment", "web", "replicas: 3").replace("c:1", "c:2"));
    StringBuilder saved = new StringBuilder();
    log.save(saved);

    ChangeLog.replay(saved.toString(), "saved.log", elsewhere.state());

    assertThat(Change.between(cluster.state(), elsewhere.state())).isEmpty();
    assertThat(elsewhere.state().resourceVersion()).isEqualTo(cluster.state().resourceVersion());
    elsewhere.advance(Duration.ofMinutes(1));
    assertThat(Change.between(cluster.state(), elsewhere.state()))
        .as("the controllers find nothing to do")
        .isEmpty();
  }

  @Test
  void aForkGoesOnFromTheStatus() {
    cluster.apply(workload("Deployment", "web", "replicas: 3"));
    Cluster fork = cluster.fork();
    fork.apply(workload("Deployment", "web", "replicas: 5"));

    assertThat(only(fork, Deployment.class).status().readyReplicas()).isEqualTo(5);
    assertThat(only(cluster, Deployment.class).status().readyReplicas()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})
  void aClientCannotWriteAStatus(String kind) {
    cluster.apply(workload(kind, "web", "minReadySeconds: 0"));
    String before = Manifests.toYaml(cluster.state().list(kind));
    cluster.apply(
        workload(kind, "web", "minReadySeconds: 0") + "status: {observedGeneration: 99}\n");

    assertThat(Manifests.toYaml(cluster.state().list(kind))).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "ReplicaSet", "DaemonSet"})
  void aNewManifestsStatusIsDroppedAndASnapshotsIsKept(String kind) {
    String status = "status: {conditions: [{type: Odd, status: \"True\", reason: Kept}]}\n";
    cluster.apply(workload(kind, "new", "minReadySeconds: 0") + status);
    cluster.apply(workload(kind, "old", "minReadySeconds: 0")
            .replace("{name: old}", "{name: old, uid: 5f0c1d3e-0000-4000-8000-000000000001}")
        + status);

    assertThat(Manifests.toYaml(
            cluster.state().get(new ObjectKey(kind, "default", "new")).stream().toList()))
        .doesNotContain("Odd");
    assertThat(Manifests.toYaml(
            cluster.state().get(new ObjectKey(kind, "default", "old")).stream().toList()))
        .contains("type: Odd");
  }

  @Test
  void aNewReplicaSetHasItsSizeFromTheStart() {
    List<Change> changes = new ArrayList<>();
    cluster.state().watch(changes::add);
    cluster.apply(workload("Deployment", "web", "replicas: 3"));

    Change first = changes.stream()
        .filter(c -> c.object() instanceof ReplicaSet)
        .findFirst()
        .orElseThrow();
    assertThat(first.type()).isEqualTo(Change.Type.ADDED);
    assertThat(((ReplicaSet) first.object()).replicas()).isEqualTo(3);
    assertThat(only(cluster, ReplicaSet.class).metadata().generation()).isEqualTo(1);
  }
}
