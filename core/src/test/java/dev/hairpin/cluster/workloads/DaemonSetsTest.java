package dev.hairpin.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.manifest.Manifests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pods a DaemonSet has on which nodes, as kube-controller-manager v1.36 keeps them. */
class DaemonSetsTest {

  private static String set(String image, String more) {
    return """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: agent
          annotations: {deprecated.daemonset.template.generation: "7"}
        spec:
          selector: {matchLabels: {app: agent}}
          %s
          template:
            metadata: {labels: {app: agent}}
            spec: {containers: [{name: agent, image: "%s"}]}
        """.formatted(more, image);
  }

  private static Map<String, String> images(Cluster cluster) {
    Map<String, String> images = new TreeMap<>();
    cluster.state().list(Pod.class).stream()
        .filter(pod -> pod.metadata().name().startsWith("agent-"))
        .forEach(pod -> images.merge(
            pod.spec().nodeName(), pod.spec().containers().get(0).image(), (a, b) -> a + "," + b));
    return images;
  }

  private static Pod on(Cluster cluster, String node) {
    return cluster.state().list(Pod.class).stream()
        .filter(pod -> pod.spec().nodeName().equals(node))
        .findFirst()
        .orElseThrow();
  }

  private static void taint(Cluster cluster, String name, String effect) {
    Node node = cluster.state().get(Node.class, "", name).orElseThrow();
    cluster
        .state()
        .store(new Node(
            node.metadata(),
            node.podCidrs(),
            node.providerId(),
            node.unschedulable(),
            List.of(new Taint("maintenance", "", effect)),
            node.addresses(),
            node.conditions(),
            node.allocatable()));
    cluster.advance(Duration.ZERO);
  }

  @Test
  void onDeleteAPodIsReplacedOnlyWhenSomebodyDeletesIt() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(set("agent:1", "updateStrategy: {type: OnDelete}"));
    cluster.apply(set("agent:2", "updateStrategy: {type: OnDelete}"));
    assertThat(images(cluster)).hasSize(3).containsValues("agent:1").doesNotContainValue("agent:2");

    cluster.delete("Pod", on(cluster, "node-2").key().namespacedName());
    assertThat(images(cluster))
        .isEqualTo(Map.of("node-1", "agent:1", "node-2", "agent:2", "node-3", "agent:1"));

    cluster.apply(set("agent:2", "updateStrategy: {type: RollingUpdate}"));
    assertThat(images(cluster)).containsValues("agent:2").doesNotContainValue("agent:1");
  }

  @Test
  void anUpdateGoesOnWhenAPodHasBeenReadyForLongEnough() {
    Cluster cluster = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    cluster.apply(set("agent:1", "minReadySeconds: 30"));
    cluster.advance(Duration.ofMinutes(2));
    cluster.apply(set("agent:2", "minReadySeconds: 30"));
    cluster.advance(Duration.ofSeconds(30));
    assertThat(images(cluster).values())
        .as("one has been replaced and does not count yet")
        .containsExactlyInAnyOrder("agent:1", "agent:1", "agent:2");
    cluster.advance(Duration.ofMinutes(4));
    assertThat(images(cluster)).containsValues("agent:2").doesNotContainValue("agent:1");
  }

  @Test
  void aTaintThatForbidsSchedulingLeavesThePodThatIsThere() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(set("agent:1", ""));
    taint(cluster, "node-1", "NoSchedule");
    assertThat(images(cluster)).hasSize(3);

    cluster.delete("Pod", on(cluster, "node-1").key().namespacedName());
    assertThat(images(cluster)).containsOnlyKeys("node-2", "node-3");
    taint(cluster, "node-2", "NoExecute");
    assertThat(images(cluster)).containsOnlyKeys("node-3");
  }

  @Test
  void aFailedPodMakesRoomForANewOne() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(set("agent:1", ""));
    Pod pod = on(cluster, "node-1");
    cluster
        .state()
        .store(new Pod(
            pod.metadata(), pod.spec(), "Failed", pod.podIps(), pod.hostIp(), pod.conditions()));
    cluster.advance(Duration.ofMinutes(1));
    assertThat(images(cluster)).hasSize(3);
    assertThat(on(cluster, "node-1").metadata().uid())
        .isNotEqualTo(pod.metadata().uid());
  }

  @Test
  void revisionsAreForgottenBeyondTheLimit() {
    Cluster cluster = Cluster.kubeadm();
    for (int i = 0; i < 4; i++) {
      cluster.apply(set("agent:" + i, "revisionHistoryLimit: 1"));
    }
    String present = on(cluster, "node-1").metadata().labels().get("controller-revision-hash");
    assertThat(cluster.state().list("ControllerRevision")).hasSize(2).anySatisfy(revision -> {
      assertThat(revision.metadata().name()).isEqualTo("agent-" + present);
      assertThat(revision.metadata().labels())
          .containsEntry("controller-revision-hash", present)
          .containsEntry("app", "agent");
    });
  }

  @Test
  void aDumpWithoutControllerRevisionsKeepsThePodsOfItsPresentGeneration() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(set("agent:1", ""));
    String hash = on(cluster, "node-1").metadata().labels().get("controller-revision-hash");
    List<KubeObject> dump = new ArrayList<>(cluster.state().list("DaemonSet"));
    dump.addAll(cluster.state().list(Pod.class));
    String yaml = Manifests.toYaml(dump)
        .replace(
            "controller-revision-hash: " + hash,
            "controller-revision-hash: 6d5f8b7c44\n    pod-template-generation: \"7\"");

    Cluster other = Cluster.kubeadm();
    other.apply(yaml);
    assertThat(other.state().list(Pod.class))
        .extracting(pod -> pod.metadata().uid())
        .containsExactlyElementsOf(cluster.state().list(Pod.class).stream()
            .map(pod -> pod.metadata().uid())
            .toList());
    other.delete("Pod", on(other, "node-3").key().namespacedName());
    assertThat(on(other, "node-3").metadata().labels())
        .containsEntry("controller-revision-hash", "6d5f8b7c44");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          nodeSelector: {kubernetes.io/hostname: node-2}                                   | node-2
          nodeName: node-3                                                                 | node-3
          affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
          {nodeSelectorTerms: [{matchExpressions: \
          [{key: kubernetes.io/hostname, operator: NotIn, values: [node-1]}]}]}}}          | node-2,node-3
          affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
          {nodeSelectorTerms: [{matchFields: \
          [{key: metadata.name, operator: In, values: [node-1]}]}]}}}                      | node-1
          affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: \
          [{weight: 1, preference: {matchExpressions: \
          [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]}}]}}             | node-1,node-2,node-3
          """)
  void aPodComesToTheNodesThatTheTemplateAsksFor(String asked, String nodes) {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(
        set("agent:1", "").replace("spec: {containers", "spec: {" + asked + ", containers"));

    assertThat(images(cluster)).containsOnlyKeys(nodes.split(","));
    DaemonSet set = cluster.state().get(DaemonSet.class, "default", "agent").orElseThrow();
    assertThat(set.status().desiredNumberScheduled()).isEqualTo(nodes.split(",").length);
  }

  @Test
  void aPodWhereNoneWouldBeMadeAnyMoreIsMisscheduled() {
    Cluster cluster = Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();
    cluster.apply(set("agent:1", ""));
    cluster.advance(Duration.ofMinutes(1));
    taint(cluster, "node-1", "NoSchedule");
    cluster.advance(Duration.ofSeconds(1));

    DaemonSet.Status status =
        cluster.state().get(DaemonSet.class, "default", "agent").orElseThrow().status();
    assertThat(status.desiredNumberScheduled()).isEqualTo(2);
    assertThat(status.currentNumberScheduled()).isEqualTo(2);
    assertThat(status.numberMisscheduled()).isEqualTo(1);
    assertThat(status.numberUnavailable()).isZero();
  }
}
