package dev.hairpin.cluster.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiError;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a namespace goes: terminating, emptied, gone. */
class NamespaceControllerTest {
  private static final ObjectKey SHOP = new ObjectKey(Namespace.KIND, "", "shop");
  private static final ObjectKey WEB = new ObjectKey(Service.KIND, "shop", "web");

  private static Cluster shop(Timing timing) {
    Cluster cluster = Cluster.builder().kubeadm(2).timing(timing).build();
    cluster.apply("""
        {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},
         spec: {clusterIP: 10.96.0.77, selector: {app: web}, ports: [{port: 80}]}}
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}}
        ---
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop},
         spec: {replicas: 3, selector: {matchLabels: {app: web}},
                template: {metadata: {labels: {app: web}},
                           spec: {terminationGracePeriodSeconds: 30,
                                  containers: [{name: c, image: i}]}}}}
        """);
    cluster.advance(Duration.ofMinutes(5));
    return cluster;
  }

  private static List<String> within(ClusterState state) {
    return state.kinds().stream()
        .flatMap(kind -> state.list(kind).stream())
        .filter(object -> object.metadata().namespace().equals("shop"))
        .map(object -> object.kind() + " " + object.metadata().name())
        .toList();
  }

  @Test
  void podsGoFirstThenTheRestThenTheNamespace() {
    Cluster cluster = shop(Timing.INSTANT);
    List<String> gone = new ArrayList<>();
    cluster.state().watch(change -> {
      if (change.after() == null) {
        gone.add(change.key().kind());
      }
    });

    cluster.delete("Namespace", "shop");

    assertThat(gone).startsWith("Pod", "Pod", "Pod").endsWith("Namespace");
    assertThat(gone.subList(3, gone.size() - 1))
        .doesNotContain("Pod")
        .contains("ConfigMap", "Deployment", "ReplicaSet", "Service", "Endpoints", "EndpointSlice");
    assertThat(within(cluster.state())).isEmpty();
  }

  @Test
  void whileItsPodsEndItIsTerminatingAndNothingElseIsGone() {
    Cluster cluster = shop(Timing.REALISTIC);

    cluster.delete("Namespace", "shop").advance(Duration.ofSeconds(1));

    assertThat(cluster.get("ns")).containsPattern("shop +Terminating");
    assertThat(cluster.state().list(Pod.class)).hasSize(3).allMatch(Pod::isTerminating);
    assertThat(within(cluster.state())).contains("Service web", "Deployment web");

    cluster.advance(Duration.ofMinutes(1));

    assertThat(cluster.get("ns")).doesNotContain("shop");
    assertThat(within(cluster.state())).isEmpty();
  }

  @Test
  void aForkGoesOnEmptyingIt() {
    Cluster cluster = shop(Timing.REALISTIC);
    cluster.delete("Namespace", "shop").advance(Duration.ofSeconds(1));

    Cluster fork = cluster.fork().advance(Duration.ofMinutes(1));

    assertThat(fork.get("ns")).doesNotContain("shop");
    assertThat(cluster.get("ns")).containsPattern("shop +Terminating");
  }

  @Test
  void nothingNewIsMadeInOneThatIsTerminating() {
    Cluster cluster = shop(Timing.REALISTIC);
    cluster.delete("Namespace", "shop");

    assertThatThrownBy(() -> cluster
            .api()
            .create(Map.of(
                "apiVersion", "v1",
                "kind", "ConfigMap",
                "metadata", Map.of("name", "late", "namespace", "shop"))))
        .isInstanceOf(ApiError.class)
        .hasMessage("configmaps \"late\" is forbidden: unable to create new content in namespace"
            + " shop because it is being terminated");
  }

  @Test
  void anObjectWithFinalizersHoldsItUp() {
    Cluster cluster = shop(Timing.INSTANT);
    cluster
        .api()
        .patch(
            WEB,
            PatchType.MERGE,
            Map.of("metadata", Map.of("finalizers", List.of("example.com/a"))));

    cluster.delete("Namespace", "shop");

    assertThat(cluster.get("ns")).containsPattern("shop +Terminating");
    assertThat(within(cluster.state())).contains("Service web").doesNotContain("Deployment web");

    cluster.api().patch(WEB, PatchType.MERGE, Map.of("metadata", Map.of("finalizers", List.of())));
    cluster.advance(Duration.ZERO);

    assertThat(cluster.get("ns")).doesNotContain("shop");
  }

  @Test
  void itsOwnFinalizersHoldItUpWhenItIsEmpty() {
    Cluster cluster = shop(Timing.INSTANT);
    cluster
        .api()
        .patch(
            SHOP,
            PatchType.MERGE,
            Map.of("metadata", Map.of("finalizers", List.of("example.com/a"))));

    cluster.delete("Namespace", "shop");

    assertThat(within(cluster.state())).isEmpty();
    assertThat(cluster.get("ns")).containsPattern("shop +Terminating");

    cluster.api().patch(SHOP, PatchType.MERGE, Map.of("metadata", Map.of("finalizers", List.of())));
    cluster.advance(Duration.ZERO);

    assertThat(cluster.get("ns")).doesNotContain("shop");
  }

  @Test
  void whatItsServicesUsedIsFreeAgainAndItsNameToo() {
    Cluster cluster = shop(Timing.INSTANT);

    cluster.delete("Namespace", "shop");
    cluster.apply("""
        {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: other, namespace: shop},
         spec: {clusterIP: 10.96.0.77, ports: [{port: 80}]}}
        """);

    assertThat(cluster.get("ns")).containsPattern("shop +Active");
    assertThat(cluster.get("svc -n shop")).contains("10.96.0.77");
  }

  @Test
  void oneThatNobodyMadeIsTerminatingToo() {
    Cluster cluster = Cluster.builder().kubeadm(1).timing(Timing.REALISTIC).build();
    cluster.apply("""
        {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: tools},
         spec: {containers: [{name: c, image: i}]}}
        """);
    cluster.advance(Duration.ofMinutes(1));

    cluster.delete("Namespace", "tools");

    assertThat(cluster.get("ns")).containsPattern("tools +Terminating");
    assertThat(cluster.advance(Duration.ofMinutes(1)).get("ns")).doesNotContain("tools");
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "kube-system", "kube-public"})
  void thoseThatEveryClusterNeedsStay(String name) {
    assertThatThrownBy(() -> Cluster.kubeadm().delete("Namespace", name))
        .hasMessage("namespaces \"" + name + "\" is forbidden: this namespace may not be deleted");
  }

  @Test
  void inASnapshotItGoesAtOnceWithAllThatIsInIt() {
    ClusterState running = shop(Timing.INSTANT).state();
    ClusterState state = running.fork(new VirtualClock(running.clock().now()));
    Cluster snapshot = Cluster.of(state);
    List<Change> changes = new ArrayList<>();
    state.watch(changes::add);

    snapshot.delete("Namespace", "shop");

    assertThat(within(state)).isEmpty();
    assertThat(snapshot.get("ns")).doesNotContain("shop");
    assertThat(changes.get(changes.size() - 1).key()).isEqualTo(SHOP);
  }
}
