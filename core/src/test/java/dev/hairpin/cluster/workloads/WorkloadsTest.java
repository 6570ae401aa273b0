package dev.hairpin.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ascii;
import dev.hairpin.Cluster;
import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.ipam.CidrSet;
import dev.hairpin.cluster.manager.ControllerManager;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How workloads make, replace and remove their pods. */
class WorkloadsTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 3);

  private ControllerManager cluster(Timing timing) {
    ControllerManager manager = ControllerManager.start(
        new ApiServer(state, ApiServerConfig.DEFAULT),
        ControllerManager.Setup.ofBlocks(
            timing, List.of(new CidrSet(Cidr.parse("10.244.0.0/16"), 24))));
    for (int i = 0; i < 3; i++) {
      node("n" + i, List.of());
    }
    return manager;
  }

  private void node(String name, List<Taint> taints) {
    state.store(new Node(
        ObjectMeta.of("", name),
        List.of(),
        "",
        false,
        taints,
        List.of(),
        List.of(Condition.of("Ready", true)),
        Map.of()));
  }

  private static PodTemplate template() {
    return new PodTemplate(
        Map.of("app", "web"),
        Map.of(),
        PodSpec.builder().containers(List.of(Container.of("c", 8080))).build());
  }

  private static Deployment deployment(
      int replicas, String strategy, IntOrString surge, IntOrString unavailable, int minReady) {
    return new Deployment(
        ObjectMeta.of("shop", "web"),
        replicas,
        LabelSelector.of(Map.of("app", "web")),
        template(),
        strategy,
        surge,
        unavailable,
        minReady);
  }

  private List<Pod> pods() {
    return List.copyOf(state.list(Pod.class));
  }

  @ParameterizedTest
  @CsvSource({"1,1,0", "3,1,0", "4,1,1", "10,3,2", "0,0,1"})
  void aQuarterIsRoundedUpForSurgeAndDownForUnavailability(
      int replicas, int surge, int unavailable) {
    assertThat(RollingUpdate.of(
            deployment(replicas, "RollingUpdate", IntOrString.of("25%"), IntOrString.of("25%"), 0)))
        .isEqualTo(new RollingUpdate(surge, unavailable));
  }

  @Test
  void whereNeitherSurgeNorUnavailabilityIsAllowedOneMayBeUnavailable() {
    assertThat(RollingUpdate.of(
            deployment(3, "RollingUpdate", IntOrString.of(0), IntOrString.of("10%"), 0)))
        .isEqualTo(new RollingUpdate(0, 1));
  }

  @Property(tries = 25)
  void aRolloutStaysWithinItsBoundsAndEnds(
      @ForAll @IntRange(min = 1, max = 6) int replicas,
      @ForAll @IntRange(max = 3) int surge,
      @ForAll @IntRange(max = 3) int unavailable) {
    WorkloadsTest test = new WorkloadsTest();
    ControllerManager manager = test.cluster(Timing.REALISTIC);
    Deployment deployment = deployment(
        replicas, "RollingUpdate", IntOrString.of(surge), IntOrString.of(unavailable), 0);
    test.state.store(deployment);
    test.state.clock().advance(Duration.ofSeconds(30));
    RollingUpdate bounds = RollingUpdate.of(deployment);
    manager.workloads().restart("Deployment", "shop", "web");
    for (int i = 0; i < 400; i++) {
      test.state.clock().advance(Duration.ofMillis(200));
      List<Pod> alive = test.pods().stream().filter(p -> !p.isTerminating()).toList();
      assertThat(alive.size()).isLessThanOrEqualTo(replicas + bounds.surge());
      assertThat(alive.stream().filter(Pod::isReady).count())
          .isGreaterThanOrEqualTo(replicas - bounds.unavailable());
    }
    assertThat(test.pods()).hasSize(replicas).allMatch(Pod::isReady);
    assertThat(test.state.list(ReplicaSet.class))
        .extracting(ReplicaSet::replicas)
        .containsExactlyInAnyOrder(0, replicas);
  }

  /** The example of the Kubernetes documentation on proportional scaling. */
  @Test
  void aDeploymentScaledInAStuckUpdateSharesTheNewPodsByTheSizesOfItsReplicaSets() {
    ControllerManager manager = cluster(Timing.INSTANT);
    state.store(deployment(10, "RollingUpdate", IntOrString.of(3), IntOrString.of(2), 0));
    manager.settle();
    PodTemplate stuck = new PodTemplate(
        Map.of("app", "web"),
        Map.of(),
        template().spec().toBuilder().readinessGates(List.of("never")).build());
    state.store(new Deployment(
        ObjectMeta.of("shop", "web"),
        10,
        LabelSelector.of(Map.of("app", "web")),
        stuck,
        "RollingUpdate",
        IntOrString.of(3),
        IntOrString.of(2),
        0));
    manager.settle();
    assertThat(sizesOfReplicaSets()).containsExactlyInAnyOrder(8, 5);

    manager.workloads().scale("Deployment", "shop", "web", 15);
    manager.settle();
    assertThat(sizesOfReplicaSets()).containsExactlyInAnyOrder(11, 7);

    manager.workloads().scale("Deployment", "shop", "web", 0);
    manager.settle();
    assertThat(sizesOfReplicaSets()).containsOnly(0);
    assertThat(pods()).isEmpty();
  }

  private List<Integer> sizesOfReplicaSets() {
    return state.list(ReplicaSet.class).stream().map(ReplicaSet::replicas).toList();
  }

  @Test
  void recreateTakesAllOldPodsAwayBeforeTheFirstNewOne() {
    ControllerManager manager = cluster(Timing.REALISTIC);
    state.store(deployment(3, "Recreate", IntOrString.of(0), IntOrString.of(0), 0));
    state.clock().advance(Duration.ofSeconds(30));
    manager.workloads().restart("Deployment", "shop", "web");
    TreeSet<Integer> sizes = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      state.clock().advance(Duration.ofMillis(50));
      long hashes = pods().stream()
          .map(p -> p.metadata().labels().get("pod-template-hash"))
          .distinct()
          .count();
      assertThat(hashes).isLessThanOrEqualTo(1);
      sizes.add(pods().size());
    }
    assertThat(sizes).contains(0, 3);
  }

  @Test
  void aPodCountsAsAvailableOnlyAfterItsMinimalReadyTime() {
    ControllerManager manager = cluster(Timing.REALISTIC);
    state.store(deployment(1, "RollingUpdate", IntOrString.of(1), IntOrString.of(0), 20));
    state.clock().advance(Duration.ofMinutes(1));
    manager.workloads().restart("Deployment", "shop", "web");
    state.clock().advance(Duration.ofSeconds(15));
    assertThat(pods()).hasSize(2).allMatch(p -> p.isReady() && !p.isTerminating());
    state.clock().advance(Duration.ofSeconds(20));
    assertThat(pods()).hasSize(1);
  }

  @Test
  void rollingBackUsesTheOldReplicaSetAgain() {
    ControllerManager manager = cluster(Timing.INSTANT);
    Deployment first = (Deployment)
        state.store(deployment(2, "RollingUpdate", IntOrString.of(1), IntOrString.of(0), 0));
    manager.settle();
    String hash = pods().get(0).metadata().labels().get("pod-template-hash");
    manager.workloads().restart("Deployment", "shop", "web");
    manager.settle();
    assertThat(pods().get(0).metadata().labels()).doesNotContainEntry("pod-template-hash", hash);
    state.store(first);
    manager.settle();
    assertThat(pods())
        .hasSize(2)
        .allSatisfy(
            p -> assertThat(p.metadata().labels()).containsEntry("pod-template-hash", hash));
    assertThat(state.list(ReplicaSet.class)).hasSize(2);
  }

  @Test
  void scalingDownTakesTheUnreadyPodFirst() {
    ControllerManager manager = cluster(Timing.INSTANT);
    state.store(deployment(3, "RollingUpdate", IntOrString.of(1), IntOrString.of(0), 0));
    manager.settle();
    String unready = pods().get(1).metadata().name();
    manager.kubelets().setReady("shop", unready, false);
    manager.workloads().scale("Deployment", "shop", "web", 2);
    manager.settle();
    assertThat(pods()).extracting(p -> p.metadata().name()).hasSize(2).doesNotContain(unready);
  }

  @Test
  void aDeletedPodIsReplacedUnderAnotherName() {
    ControllerManager manager = cluster(Timing.INSTANT);
    state.store(deployment(1, "RollingUpdate", IntOrString.of(1), IntOrString.of(0), 0));
    manager.settle();
    Pod pod = pods().get(0);
    state.remove(pod.key());
    manager.settle();
    assertThat(pods())
        .singleElement()
        .satisfies(
            p -> assertThat(p.metadata().name()).isNotEqualTo(pod.metadata().name()));
  }

  @Test
  void aStatefulSetPodComesBackUnderItsNameWithAnotherAddress() {
    ControllerManager manager = cluster(Timing.INSTANT);
    state.store(new StatefulSet(
        ObjectMeta.of("shop", "db"),
        2,
        LabelSelector.of(Map.of("app", "web")),
        template(),
        "db",
        "OrderedReady",
        0));
    manager.settle();
    Pod pod = pods().get(0);
    state.remove(pod.key());
    manager.settle();
    Pod again = state.get(Pod.class, "shop", "db-0").orElseThrow();
    assertThat(again.podIps()).isNotEqualTo(pod.podIps());
    assertThat(again.metadata().labels())
        .containsEntry("statefulset.kubernetes.io/pod-name", "db-0")
        .containsEntry("apps.kubernetes.io/pod-index", "0");
  }

  @Test
  void anUpdateLeavesPodsBelowThePartitionAlone() {
    ControllerManager manager = cluster(Timing.INSTANT);
    state.store(new StatefulSet(
        ObjectMeta.of("shop", "db"),
        3,
        LabelSelector.of(Map.of("app", "web")),
        template(),
        "db",
        "Parallel",
        2));
    manager.settle();
    List<String> before = pods().stream().map(p -> p.metadata().uid()).toList();
    manager.workloads().restart("StatefulSet", "shop", "db");
    manager.settle();
    List<String> after = pods().stream().map(p -> p.metadata().uid()).toList();
    assertThat(after.subList(0, 2)).isEqualTo(before.subList(0, 2));
    assertThat(after.get(2)).isNotEqualTo(before.get(2));
  }

  @Test
  void aDaemonSetHasAPodOnEveryNodeThatItBears() {
    ControllerManager manager = cluster(Timing.INSTANT);
    node("gpu", List.of(new Taint("gpu", "true", "NoSchedule")));
    state.store(new DaemonSet(
        ObjectMeta.of("kube-system", "agent"),
        LabelSelector.of(Map.of("app", "web")),
        template(),
        IntOrString.of(1),
        IntOrString.of(0)));
    manager.settle();
    assertThat(pods())
        .extracting(p -> p.spec().nodeName())
        .containsExactlyInAnyOrder("n0", "n1", "n2");
    manager.nodes().cordon("n0");
    node("n3", List.of());
    manager.settle();
    assertThat(pods())
        .extracting(p -> p.spec().nodeName())
        .containsExactlyInAnyOrder("n0", "n1", "n2", "n3");
    List<String> before = pods().stream().map(p -> p.metadata().name()).toList();
    manager.workloads().restart("DaemonSet", "kube-system", "agent");
    manager.settle();
    assertThat(pods())
        .hasSize(4)
        .extracting(p -> p.metadata().name())
        .doesNotContainAnyElementsOf(before);
  }

  @Test
  void whatDoesNotExistCannotBeScaled() {
    ControllerManager manager = cluster(Timing.INSTANT);
    assertThatThrownBy(() -> manager.workloads().scale("Deployment", "shop", "ui", 1))
        .hasMessage("there is no Deployment shop/ui");
    assertThatThrownBy(() -> manager.workloads().scale("Deployment", "shop", "ui", -1))
        .hasMessage("replicas -1 is negative");
  }

  @Test
  void podsSayWhatTheirNamesBeganWith() {
    Cluster all = Cluster.kubeadm();
    for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet")) {
      all.apply("""
          apiVersion: apps/v1
          kind: %s
          metadata: {name: %s}
          spec:
            selector: {matchLabels: {app: a}}
            template:
              metadata: {labels: {app: a}}
              spec: {containers: [{name: a, image: a}]}
          """.formatted(kind, Ascii.toLowerCase(kind)));
    }

    assertThat(all.state().list(Pod.class))
        .isNotEmpty()
        .allSatisfy(pod -> {
          String prefix = pod.metadata().controller().orElseThrow().name() + "-";
          assertThat(pod.metadata().generateName()).isEqualTo(prefix);
          assertThat(pod.metadata().name()).startsWith(prefix);
        })
        .extracting(pod -> pod.metadata().controller().orElseThrow().kind())
        .contains("ReplicaSet", "StatefulSet", "DaemonSet");
  }
}
