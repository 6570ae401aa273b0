package dev.hairpin.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pods a StatefulSet has, of which revision, as kube-controller-manager v1.36 keeps them. */
class StatefulSetsTest {
  private static final String ROLLING =
      "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: %d}}";
  private static final String ON_DELETE = "updateStrategy: {type: OnDelete}";

  private static String set(String image, int replicas, String more) {
    return """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: %d
          serviceName: db
          selector: {matchLabels: {app: db}}
          %s
          template:
            metadata: {labels: {app: db}}
            spec: {containers: [{name: db, image: "%s"}]}
        """.formatted(replicas, more, image);
  }

  private final Cluster cluster = Cluster.kubeadm();

  private StatefulSet stored() {
    return cluster.state().get(StatefulSet.class, "default", "db").orElseThrow();
  }

  private List<Pod> pods() {
    return List.copyOf(cluster.state().list(Pod.class)).stream()
        .filter(pod -> pod.metadata().name().startsWith("db-"))
        .toList();
  }

  private Map<String, String> images() {
    Map<String, String> images = new TreeMap<>();
    pods()
        .forEach(pod ->
            images.put(pod.metadata().name(), pod.spec().containers().get(0).image()));
    return images;
  }

  private void deletePod(String name) {
    cluster.delete("Pod", "default/" + name);
  }

  private List<String> revisions() {
    return cluster.state().list("ControllerRevision").stream()
        .map(object -> object.metadata().name())
        .toList();
  }

  @Test
  void onDeleteAPodIsReplacedOnlyWhenSomebodyDeletesIt() {
    cluster.apply(set("db:1", 3, ON_DELETE));
    cluster.apply(set("db:2", 3, ON_DELETE));
    assertThat(images()).containsValues("db:1").doesNotContainValue("db:2");

    deletePod("db-1");
    assertThat(images()).isEqualTo(Map.of("db-0", "db:1", "db-1", "db:2", "db-2", "db:1"));
    StatefulSet.Status status = stored().status();
    assertThat(status.currentRevision()).isNotEqualTo(status.updateRevision());
    assertThat(status.currentReplicas()).isEqualTo(2);
    assertThat(status.updatedReplicas()).isEqualTo(1);

    // even when all are replaced, the current revision stays: there was no rolling update
    deletePod("db-0");
    deletePod("db-2");
    assertThat(images()).containsValues("db:2").doesNotContainValue("db:1");
    assertThat(stored().status().currentRevision()).isEqualTo(status.currentRevision());
  }

  @Test
  void aDeletedPodBelowThePartitionComesBackAtTheCurrentRevision() {
    cluster.apply(set("db:1", 3, ROLLING.formatted(0)));
    cluster.apply(set("db:2", 3, ROLLING.formatted(2)));
    assertThat(images()).isEqualTo(Map.of("db-0", "db:1", "db-1", "db:1", "db-2", "db:2"));

    deletePod("db-0");
    deletePod("db-2");
    assertThat(images()).isEqualTo(Map.of("db-0", "db:1", "db-1", "db:1", "db-2", "db:2"));
    assertThat(cluster
            .state()
            .get(Pod.class, "default", "db-0")
            .orElseThrow()
            .metadata()
            .labels())
        .containsEntry("controller-revision-hash", stored().status().currentRevision());

    cluster.apply(set("db:2", 3, ROLLING.formatted(0)));
    assertThat(images()).containsValues("db:2").doesNotContainValue("db:1");
    assertThat(stored().status().currentRevision()).isEqualTo(stored().status().updateRevision());
  }

  @Test
  void aPartitionCountsFromTheFirstOrdinal() {
    String numbered = "ordinals: {start: 5}\n  " + ROLLING.formatted(1);
    cluster.apply(set("db:1", 2, numbered));
    assertThat(images()).containsOnlyKeys("db-5", "db-6");
    cluster.apply(set("db:2", 2, numbered));
    assertThat(images()).isEqualTo(Map.of("db-5", "db:1", "db-6", "db:2"));

    cluster.apply(set("db:2", 2, ROLLING.formatted(1)));
    assertThat(images()).isEqualTo(Map.of("db-0", "db:1", "db-1", "db:2"));
  }

  @Test
  void anUpdateThatIsTakenBackMakesTheOldRevisionTheLastAgain() {
    cluster.apply(set("db:1", 1, ROLLING.formatted(0)));
    String first = stored().status().updateRevision();
    cluster.apply(set("db:2", 1, ROLLING.formatted(0)));
    assertThat(stored().status().updateRevision()).isNotEqualTo(first);

    cluster.apply(set("db:1", 1, ROLLING.formatted(0)));
    assertThat(stored().status().updateRevision()).isEqualTo(first);
    assertThat(revisions()).hasSize(2);
    KubeObject object = cluster
        .state()
        .get(new ObjectKey("ControllerRevision", "default", first))
        .orElseThrow();
    assertThat(KubeObjects.toTree(object)).containsEntry("revision", 3L);
    assertThat(object.metadata().labels()).containsKey("controller.kubernetes.io/hash");
  }

  @Test
  void undoGoesBackToTheRevisionBeforeOrToANumberedOne() {
    assertThatThrownBy(() -> undo(0)).hasMessage("there is no StatefulSet default/db");
    cluster.apply(set("db:1", 1, ""));
    assertThatThrownBy(() -> undo(0)).hasMessage("no last revision to roll back to");
    cluster.apply(set("db:2", 1, ""));
    cluster.apply(set("db:3", 1, ""));
    undo(0);
    assertThat(images()).isEqualTo(Map.of("db-0", "db:2"));
    undo(1);
    assertThat(images()).isEqualTo(Map.of("db-0", "db:1"));
    assertThatThrownBy(() -> undo(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unable to find specified revision 1 in history");
  }

  private void undo(int revision) {
    cluster.controllers().workloads().undo("StatefulSet", "default", "db", revision);
    cluster.advance(Duration.ZERO);
  }

  @Test
  void templatesThatDifferInWhatTheNetworkDoesNotNeedAreTwoRevisions() {
    cluster.apply(set("db:1", 1, ROLLING.formatted(0)));
    String first = stored().status().updateRevision();
    cluster.apply(set("db:1", 1, ROLLING.formatted(0))
        .replace("image: \"db:1\"", "image: \"db:1\", args: [--verbose]"));
    assertThat(stored().status().updateRevision()).isNotEqualTo(first);
    assertThat(pods().get(0).metadata().labels())
        .containsEntry("controller-revision-hash", stored().status().updateRevision());
  }

  @Test
  void oldRevisionsAreForgottenBeyondTheLimit() {
    for (int i = 0; i < 5; i++) {
      cluster.apply(set("db:" + i, 1, "revisionHistoryLimit: 2"));
    }
    assertThat(revisions()).hasSize(3).contains(stored().status().updateRevision());
    cluster.delete("StatefulSet", "default/db");
    assertThat(revisions()).isEmpty();
    assertThat(pods()).isEmpty();
  }

  @Test
  void aStatusTellsHowFarASetIs() {
    cluster.apply(set("db:1", 2, ROLLING.formatted(0)));
    StatefulSet set = stored();
    String revision = set.status().currentRevision();
    assertThat(revision).startsWith("db-");
    assertThat(set.metadata().generation()).isEqualTo(1);
    assertThat(set.status())
        .isEqualTo(new StatefulSet.Status(1, 2, 2, 2, 2, 2, revision, revision, 0, List.of()));
    assertThat(Manifests.toYaml(List.of(set))).endsWith("""
        status:
          availableReplicas: 2
          collisionCount: 0
          currentReplicas: 2
          currentRevision: %1$s
          observedGeneration: 1
          readyReplicas: 2
          replicas: 2
          updateRevision: %1$s
          updatedReplicas: 2
        """.formatted(revision));
  }

  @Test
  void oneByOneAPodThatIsNotReadyHoldsUpWhatComesAfter() {
    cluster.apply(set("db:1", 4, ""));
    cluster.controllers().kubelets().setReady("default", "db-1", false);
    cluster.apply(set("db:1", 2, ""));
    // nothing is taken away while a pod that stays is not ready
    assertThat(images()).hasSize(4);
    cluster.controllers().kubelets().setReady("default", "db-1", true);
    cluster.controllers().settle();
    assertThat(images()).containsOnlyKeys("db-0", "db-1");
  }

  @Test
  void oneByOneTheFirstUnreadyOfTheSurplusBlocksTheOthersUntilItIsItsTurn() {
    cluster.apply(set("db:1", 4, ""));
    cluster.controllers().kubelets().setReady("default", "db-2", false);
    cluster.controllers().kubelets().setReady("default", "db-3", false);
    cluster.apply(set("db:1", 1, ""));
    // db-3 is not the first that is not ready, so it waits for db-2, which waits for its turn
    assertThat(images()).containsOnlyKeys("db-0", "db-1", "db-2", "db-3");
    cluster.controllers().kubelets().setReady("default", "db-3", true);
    cluster.controllers().settle();
    assertThat(images()).containsOnlyKeys("db-0");
  }

  @Test
  void inParallelNobodyWaits() {
    String parallel = "podManagementPolicy: Parallel";
    cluster.apply(set("db:1", 4, parallel));
    cluster.controllers().kubelets().setReady("default", "db-1", false);
    cluster.controllers().kubelets().setReady("default", "db-2", false);
    cluster.apply(set("db:1", 2, parallel));
    assertThat(images()).containsOnlyKeys("db-0", "db-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "3", "100%"})
  void moreThanOneMayNotBeUnavailableAsTheGateIsClosed(String unavailable) {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    String strategy = "podManagementPolicy: Parallel\n  updateStrategy: {type: RollingUpdate,"
        + " rollingUpdate: {maxUnavailable: " + unavailable + "}}";
    slow.apply(set("db:1", 3, strategy));
    slow.advance(Duration.ofMinutes(1));
    slow.apply(set("db:2", 3, strategy));
    assertThat(
            slow.state().get(StatefulSet.class, "default", "db").orElseThrow().updateStrategy())
        .isEqualTo(StatefulSet.UpdateStrategy.rolling(0));
    TreeSet<Long> ready = new TreeSet<>();
    for (int i = 0; i < 600; i++) {
      slow.advance(Duration.ofMillis(500));
      ready.add(slow.state().list(Pod.class).stream()
          .filter(p -> p.metadata().name().startsWith("db-"))
          .filter(p -> p.isReady() && !p.isTerminating())
          .count());
    }
    assertThat(ready).containsExactly(2L, 3L);
  }

  @Test
  void aPodCountsAfterItsMinimalReadyTime() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    slow.apply(set("db:1", 2, "minReadySeconds: 30"));
    slow.advance(Duration.ofSeconds(20));
    assertThat(slow.state().get(Pod.class, "default", "db-0").orElseThrow().isReady())
        .isTrue();
    assertThat(slow.state().get(Pod.class, "default", "db-1")).isEmpty();
    slow.advance(Duration.ofSeconds(30));
    assertThat(slow.state().get(Pod.class, "default", "db-1")).isPresent();
  }

  @Test
  void whereNothingIsSaidOfAPartitionPodsWhoseTurnHasNotComeKeepTheirRevision() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    String untold = "updateStrategy: {type: RollingUpdate}";
    slow.apply(set("db:1", 3, untold));
    slow.advance(Duration.ofMinutes(2));
    slow.apply(set("db:2", 3, untold));
    slow.advance(Duration.ofMillis(500));
    slow.delete("Pod", "default/db-0");
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      slow.advance(Duration.ofMillis(500));
      slow.state()
          .get(Pod.class, "default", "db-0")
          .map(pod -> pod.spec().containers().get(0).image())
          .filter(image -> seen.isEmpty() || !seen.get(seen.size() - 1).equals(image))
          .ifPresent(seen::add);
    }
    assertThat(seen).containsExactly("db:1", "db:2");
  }

  @Test
  void aDumpWithoutControllerRevisionsKeepsTheNamesOfItsStatus() {
    cluster.apply(set("db:1", 3, ROLLING.formatted(0)));
    cluster.apply(set("db:2", 3, ROLLING.formatted(2)));
    List<KubeObject> dump = new ArrayList<>(cluster.state().list("Node"));
    dump.add(stored());
    dump.addAll(pods());
    String current = stored().status().currentRevision();
    String yaml = Manifests.toYaml(dump)
        .replace(current, "db-5f7d8c9b6")
        .replace(stored().status().updateRevision(), "db-77c4b5d4f9");

    Cluster other = Cluster.kubeadm();
    other.apply(yaml);
    StatefulSet taken = other.state().get(StatefulSet.class, "default", "db").orElseThrow();
    assertThat(taken.status().currentRevision()).isEqualTo("db-5f7d8c9b6");
    assertThat(taken.status().updateRevision()).isEqualTo("db-77c4b5d4f9");
    assertThat(other.state().list(Pod.class))
        .filteredOn(pod -> pod.metadata().name().startsWith("db-"))
        .extracting(pod -> pod.metadata().uid())
        .containsExactlyElementsOf(pods().stream().map(p -> p.metadata().uid()).toList());

    other.delete("Pod", "default/db-0");
    assertThat(other.state().get(Pod.class, "default", "db-0").orElseThrow()).satisfies(pod -> {
      assertThat(pod.spec().containers().get(0).image()).isEqualTo("db:1");
      assertThat(pod.metadata().labels()).containsEntry("controller-revision-hash", "db-5f7d8c9b6");
    });
  }

  private static final String CLAIMS = """
      volumeClaimTemplates:
        - metadata: {name: data, labels: {size: small}, annotations: {note: mine}}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        - metadata: {name: log}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
    """;

  private List<String> claims() {
    return cluster.state().list("PersistentVolumeClaim").stream()
        .map(claim -> claim.metadata().name())
        .toList();
  }

  private List<String> failures() {
    return cluster.state().events().stream()
        .filter(event -> event.reason().equals("FailedCreate"))
        .map(event -> event.object() + ": " + event.message())
        .toList();
  }

  @Test
  void aTemplateIsNotJudgedUntilItsFirstPodIsRefused() {
    cluster.apply(
        set("a", 3, "podManagementPolicy: Parallel").replace("name: db, image", "name: D, image"));
    cluster.advance(Duration.ofMinutes(1));

    assertThat(pods()).isEmpty();
    assertThat(stored().status().replicas()).isZero();
    assertThat(failures())
        .singleElement()
        .asString()
        .startsWith(
            "StatefulSet default/db: create Pod db-0 in StatefulSet db failed error: Pod \"db-0\""
                + " is invalid: spec.containers[0].name: Invalid value: \"D\": a lowercase RFC 1123 label");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{containers: []}",
        "{containers: [{name: a, image: a, ports: [{containerPort: 70000}]}]}",
        "{containers: [{name: a, image: a}], dnsPolicy: Nowhere}",
        "{containers: [{name: a, image: a, volumeMounts: [{name: none, mountPath: /a}]}]}",
        "{containers: [{name: a, image: a, env: [{name: \"a=b\", value: x}]}]}",
        "{containers: [{name: a, image: a}], nodeSelector: {\"a b\": c}}",
      })
  void whatOnlyPodsAreJudgedByIsTakenWithTheSet(String spec) {
    cluster.apply(set("a", 1, "").replaceFirst("spec: \\{containers.*", "spec: " + spec));

    assertThat(pods()).isEmpty();
    assertThat(failures()).hasSize(1);
  }

  @Test
  void aTemplateThatIsMendedMakesThePods() {
    cluster.apply(set("a", 2, "").replace("name: db, image", "name: D, image"));
    cluster.apply(set("a", 2, ""));

    assertThat(pods()).hasSize(2);
    assertThat(failures()).hasSize(1);
  }

  @Test
  void anUpdateToARefusedTemplateTakesTheLastPodAndMakesNoOther() {
    cluster.apply(set("a", 2, ""));
    cluster.apply(set("b", 2, "").replace("name: db, image", "name: D, image"));
    cluster.advance(Duration.ofMinutes(1));

    assertThat(images()).containsExactly(Map.entry("db-0", "a"));
    assertThat(failures()).singleElement().asString().contains("create Pod db-1 in StatefulSet db");
  }

  @Test
  void aForkDoesNotSayAgainWhatWasSaid() {
    cluster.apply(set("a", 1, "").replace("name: db, image", "name: D, image"));
    Cluster fork = cluster.fork();
    fork.apply(set("a", 2, "").replace("name: db, image", "name: D, image"));

    assertThat(fork.state().events().stream().filter(e -> e.reason().equals("FailedCreate")))
        .hasSize(1);
  }

  @Test
  void whatASetSaysOfTheLifeOfItsPodsIsJudgedAtOnce() {
    assertThatThrownBy(() -> cluster.apply(set("a", 1, "")
            .replaceFirst("spec: \\{containers", "spec: {restartPolicy: Never, containers")))
        .hasMessageContaining("spec.template.spec.restartPolicy: Unsupported value: \"Never\"");
    assertThatThrownBy(() -> cluster.apply(set("a", 1, "")
            .replace(
                "name: db, image", "name: db, ports: [{containerPort: 80, protocol: tcp}], image")))
        .hasMessageContaining("protocol: Unsupported value: \"tcp\"");
  }

  @Test
  void claimsAreNamedAfterTemplateSetAndNumber() {
    cluster.apply(set("db:1", 2, CLAIMS.strip()));

    assertThat(claims()).containsExactly("data-db-0", "data-db-1", "log-db-0", "log-db-1");
    KubeObject claim = cluster
        .state()
        .get(new ObjectKey("PersistentVolumeClaim", "default", "data-db-1"))
        .orElseThrow();
    assertThat(claim.metadata().labels()).isEqualTo(Map.of("app", "db", "size", "small"));
    assertThat(claim.metadata().annotations()).isEqualTo(Map.of("note", "mine"));
    assertThat(claim.metadata().ownerReferences()).isEmpty();
    assertThat(Manifests.toYaml(List.of(claim)))
        .contains("storage: 1Gi", "volumeMode: Filesystem", "phase: Pending");
  }

  @Test
  void aPodMountsItsClaimsInThePlaceOfVolumesOfTheirNames() {
    cluster.apply(set("db:1", 1, CLAIMS.strip())
        .replace(
            "spec: {containers",
            "spec: {volumes: [{name: data, emptyDir: {}}, {name: tmp, emptyDir: {}}], containers"));

    assertThat(Manifests.toYaml(pods())).contains("""
          volumes:
          - name: data
            persistentVolumeClaim:
              claimName: data-db-0
          - name: log
            persistentVolumeClaim:
              claimName: log-db-0
          - name: tmp
            emptyDir: {}
        """);
  }

  @Test
  void claimsOutliveTheirPodsAndAreFoundAgain() {
    cluster.apply(set("db:1", 2, CLAIMS.strip()));
    List<KubeObject> before = List.copyOf(cluster.state().list("PersistentVolumeClaim"));
    cluster.apply(set("db:1", 0, CLAIMS.strip()));
    cluster.apply(set("db:1", 2, CLAIMS.strip()));
    cluster.delete("StatefulSet", "default/db");

    assertThat(cluster.state().list("PersistentVolumeClaim")).containsExactlyElementsOf(before);
  }

  @Test
  void claimsGoWithTheSetWhereItsPolicySaysSo() {
    cluster.apply(set(
        "db:1",
        1,
        CLAIMS.strip() + "\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}"));
    assertThat(claims()).containsExactly("data-db-0", "log-db-0");

    cluster.delete("StatefulSet", "default/db");
    assertThat(claims()).isEmpty();
  }

  private static String scaled(int replicas, String policy) {
    return set(
        "db:1",
        replicas,
        CLAIMS.strip() + "\n  persistentVolumeClaimRetentionPolicy: {" + policy + "}");
  }

  @Test
  void claimsGoWithThePodsThatAreScaledAwayWhereItsPolicySaysSo() {
    cluster.apply(scaled(3, "whenScaled: Delete"));
    assertThat(claims()).hasSize(6);

    cluster.apply(scaled(1, "whenScaled: Delete"));
    assertThat(claims()).containsExactly("data-db-0", "log-db-0");

    deletePod("db-0");
    cluster.delete("StatefulSet", "default/db");
    assertThat(claims()).containsExactly("data-db-0", "log-db-0");
  }

  @Test
  void aPodThatIsScaledAwayAndBackBeforeItIsGoneFindsItsClaims() {
    Cluster slow = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    slow.apply(scaled(2, "whenScaled: Delete, whenDeleted: Delete"));
    slow.advance(Duration.ofMinutes(1));
    ObjectKey claim = new ObjectKey("PersistentVolumeClaim", "default", "data-db-1");
    slow.apply(scaled(1, "whenScaled: Delete, whenDeleted: Delete"));
    slow.advance(Duration.ofMillis(500));
    assertThat(owner(slow, claim)).isEqualTo("Pod db-1");

    slow.apply(scaled(2, "whenScaled: Delete, whenDeleted: Delete"));
    slow.advance(Duration.ofMillis(500));
    assertThat(owner(slow, claim)).isEqualTo("StatefulSet db");
    slow.advance(Duration.ofMinutes(1));

    assertThat(owner(slow, claim)).isEqualTo("StatefulSet db");
    assertThat(slow.state().get(Pod.class, "default", "db-1")).isPresent();
  }

  private static String owner(Cluster of, ObjectKey claim) {
    return of.state()
        .get(claim)
        .flatMap(object -> object.metadata().controller())
        .map(owner -> owner.kind() + " " + owner.name())
        .orElse("nobody");
  }

  @Test
  void claimsFollowAPolicyThatChanges() {
    cluster.apply(scaled(1, "whenDeleted: Retain"));
    cluster.apply(scaled(1, "whenDeleted: Delete"));
    cluster.delete("StatefulSet", "default/db");

    assertThat(claims()).isEmpty();
  }
}
