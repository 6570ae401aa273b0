package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectReference;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ChangeLog;
import dev.hairpin.cluster.ClusterSnapshot;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds of the objects of a cluster whatever happened to it. */
class ClusterLawsTest {

  @Property(tries = 40)
  void theSavedChangesMadeAgainGiveTheSameObjects(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster cluster = BusyShop.withoutShop(random);
    ClusterState again = cluster.state().fork(new VirtualClock());
    ChangeLog log = ChangeLog.of(cluster.state());
    BusyShop.open(cluster);
    BusyShop.happenings(random.nextInt(12), cluster, random);
    StringBuilder saved = new StringBuilder();
    log.save(saved);

    ChangeLog.replay(saved.toString(), "saved.log", again);

    assertThat(BusyShop.objects(again)).isEqualTo(BusyShop.objects(cluster.state()));
    assertThat(again.resourceVersion()).isEqualTo(cluster.state().resourceVersion());
  }

  @Property(tries = 40)
  void whatIsWrittenAsYamlReadsBackAsTheSameObjects(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster cluster = BusyShop.of(random);
    BusyShop.happenings(random.nextInt(12), cluster, random);
    List<KubeObject> objects = BusyShop.objects(cluster.state());

    assertThat(Manifests.parse(Manifests.toYaml(objects), "out.yaml").objects()).isEqualTo(objects);
  }

  @Property(tries = 40)
  void theDifferenceOfTwoStatesTurnsTheOneIntoTheOther(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster before = BusyShop.of(random);
    BusyShop.happenings(random.nextInt(6), before, random);
    Cluster after = before.fork();
    BusyShop.happenings(random.nextInt(6), after, random);
    BusyShop.happenings(random.nextInt(6), before, random);
    ClusterState state = before.state().fork(new VirtualClock());
    assertThat(Change.between(state, before.state())).isEmpty();

    for (Change change : Change.between(state, after.state())) {
      KubeObject now = change.after();
      if (now == null) {
        state.remove(change.key());
      } else {
        state.store(now);
      }
    }

    assertThat(Change.between(state, after.state())).isEmpty();
    assertThat(Change.between(after.state(), state)).isEmpty();
  }

  @Property(tries = 40)
  void aSnapshotOutlivesWhateverHappensThen(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster cluster = BusyShop.of(random);
    BusyShop.happenings(random.nextInt(6), cluster, random);
    ClusterSnapshot snapshot = cluster.state().snapshot();
    List<KubeObject> then = BusyShop.objects(cluster.state());

    BusyShop.happenings(6, cluster, random);

    assertThat(BusyShop.objects(snapshot)).isEqualTo(then);
  }

  private static final List<String> ORDERED_AS_YOU_LIKE = List.of(
      "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
      "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},"
          + " spec: {clusterIP: 10.96.0.7, selector: {app: web}, ports: [{port: 80}]}}",
      "{apiVersion: v1, kind: Service, metadata: {name: all, namespace: shop},"
          + " spec: {clusterIP: None, selector: {tier: front}, ports: [{port: 80}]}}",
      statefulSet("web", 3),
      statefulSet("api", 2),
      "{apiVersion: v1, kind: Pod, metadata: {name: alone, namespace: shop, labels: {tier: front}},"
          + " spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}}",
      "{apiVersion: v1, kind: Service, metadata: {name: outside, namespace: shop},"
          + " spec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}}",
      "{apiVersion: v1, kind: Endpoints, metadata: {name: outside, namespace: shop},"
          + " subsets: [{addresses: [{ip: 192.0.2.7}], ports: [{port: 80}]}]}");

  private static String statefulSet(String name, int replicas) {
    return "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: " + name
        + ", namespace: shop},"
        + " spec: {serviceName: all, replicas: " + replicas + ", selector: {matchLabels: {app: "
        + name + "}}, template: {metadata: {labels: {app: " + name + ", tier: front}}, spec:"
        + " {containers: [{name: c, ports: [{containerPort: 80}]}]}}}}";
  }

  /** Kubernetes reconciles: in which order objects come makes no difference in the end. */
  @Property(tries = 40)
  void theOrderOfManifestsMakesNoDifferenceInTheEnd(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> manifests = new ArrayList<>(ORDERED_AS_YOU_LIKE);
    Collections.shuffle(manifests, random);
    Cluster together = Cluster.kubeadm();
    together.apply(String.join("\n---\n", manifests));
    Cluster oneByOne = Cluster.kubeadm();
    Collections.shuffle(manifests, random);
    manifests.forEach(oneByOne::apply);
    together.advance(Duration.ofMinutes(1));
    oneByOne.advance(Duration.ofMinutes(1));

    assertThat(names(together)).isEqualTo(names(oneByOne));
    assertThat(published(together))
        .isEqualTo(published(oneByOne))
        .containsKeys("all", "outside", "web");
  }

  /** The names that people and numbered pods have; generated ones are drawn. */
  private static List<String> names(Cluster cluster) {
    return BusyShop.objects(cluster.state()).stream()
        .filter(object -> !(object instanceof EndpointSlice))
        .filter(object -> !object.kind().equals("ControllerRevision"))
        .map(object -> object.key().toString())
        .toList();
  }

  /** Which pods, or addresses, each Service leads to. */
  private static Map<String, Set<String>> published(Cluster cluster) {
    Map<String, Set<String>> published = new TreeMap<>();
    for (EndpointSlice slice : cluster.state().list(EndpointSlice.class)) {
      for (Endpoint endpoint : slice.endpoints()) {
        ObjectReference pod = endpoint.targetRef();
        published
            .computeIfAbsent(slice.serviceName(), s -> new TreeSet<>())
            .add((pod == null ? endpoint.addresses().get(0) : pod.name())
                + (Objects.equals(endpoint.ready(), true) ? "" : " is not ready"));
      }
    }
    return published;
  }

  @Property(tries = 40)
  void whatIsAppliedASecondTimeIsUnchanged(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster cluster = BusyShop.of(random);
    BusyShop.happenings(random.nextInt(6), cluster, random);
    String manifests = String.join("\n---\n", ORDERED_AS_YOU_LIKE.subList(1, 8))
        .replace("clusterIP: 10.96.0.7, ", "")
        .replace("clusterIP: 10.96.0.9, ", "")
        .replace("name: web,", "name: web-2,");
    cluster.apply(manifests);
    cluster.advance(Duration.ofSeconds(random.nextInt(5)));
    long version = cluster.state().resourceVersion();

    Applied second = cluster.apply(manifests);

    assertThat(second.changes()).allMatch(change -> change.action() == Applied.Action.UNCHANGED);
    assertThat(cluster.state().resourceVersion()).isEqualTo(version);
  }

  @Property(tries = 40)
  void aRefusedApplyLeavesNoTraceInAnythingThatFollows(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster tried = BusyShop.of(random);
    BusyShop.happenings(random.nextInt(6), tried, random);
    Cluster untried = tried.fork();
    Cluster refused = tried.fork();
    String bad = String.join("\n---\n", ORDERED_AS_YOU_LIKE.subList(3, 6))
        + "\n---\n{apiVersion: v1, kind: Service, metadata: {name: bad}, spec: {}}";
    assertThatThrownBy(() -> refused.apply(bad))
        .isInstanceOf(ManifestException.class)
        .hasMessageContaining("spec.ports: Required value");

    for (Cluster cluster : List.of(untried, refused)) {
      cluster.apply(statefulSet("api", 2));
      cluster.advance(Duration.ofMinutes(1));
    }

    assertThat(BusyShop.objects(refused.state())).isEqualTo(BusyShop.objects(untried.state()));
    assertThat(refused.state().events()).isEqualTo(untried.state().events());
  }
}
