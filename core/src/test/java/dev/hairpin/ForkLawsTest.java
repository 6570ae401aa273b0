package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.path.addon.AddOn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A fork goes on as its original would have, and neither sees what becomes of the other. */
class ForkLawsTest {
  private static final String SHOP = """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: zoned
        namespace: shop
        annotations: {service.kubernetes.io/topology-mode: Auto}
      spec: {selector: {app: web}, ports: [{port: 81, targetPort: http}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        replicas: 7
        minReadySeconds: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db, namespace: shop}
      spec:
        replicas: 3
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db}]}
      ---
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent, namespace: shop}
      spec:
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {containers: [{name: agent}]}
      """;

  private static void something(Cluster cluster, SplittableRandom random) {
    List<Pod> pods = List.copyOf(cluster.state().list(Pod.class));
    List<Node> nodes = List.copyOf(cluster.state().list(Node.class));
    Pod pod = pods.get(random.nextInt(pods.size()));
    String node = nodes.get(random.nextInt(nodes.size())).metadata().name();
    switch (random.nextInt(10)) {
      case 0 ->
        cluster
            .controllers()
            .workloads()
            .scale(Deployment.KIND, "shop", "web", 1 + random.nextInt(12));
      case 1 -> cluster.controllers().workloads().restart(Deployment.KIND, "shop", "web");
      case 2 ->
        cluster
            .controllers()
            .kubelets()
            .setReady(pod.metadata().namespace(), pod.metadata().name(), random.nextBoolean());
      case 3 -> cluster.controllers().nodes().drain(node);
      case 4 -> cluster.controllers().nodes().uncordon(node);
      case 5 -> cluster.controllers().nodes().lose(node);
      case 6 -> cluster.controllers().nodes().recover(node);
      case 7 -> cluster.api().delete(pod.key());
      default -> {}
    }
    cluster.advance(Duration.ofMillis(random.nextInt(4_000)));
  }

  private static List<KubeObject> everything(Cluster cluster) {
    List<KubeObject> objects = new ArrayList<>();
    cluster.state().kinds().forEach(kind -> objects.addAll(cluster.state().list(kind)));
    return objects;
  }

  @Property(tries = 60)
  void aForkGoesOnAsItsOriginal(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster original = random.nextBoolean()
        ? Cluster.builder().eks(4).timing(Timing.REALISTIC).build()
        : Cluster.builder().kubeadm(4).timing(Timing.REALISTIC).build();
    original.apply(SHOP);
    original.advance(Duration.ofSeconds(1));
    for (int i = random.nextInt(12); i > 0; i--) {
      something(original, random);
    }

    Cluster fork = original.fork();
    Cluster noise = original.fork();
    long later = random.nextLong();
    SplittableRandom ofOriginal = new SplittableRandom(later);
    SplittableRandom ofFork = new SplittableRandom(later);
    for (int i = 0; i < 12; i++) {
      something(original, ofOriginal);
      something(noise, random);
      something(fork, ofFork);
    }
    original.advance(Duration.ofMinutes(1));
    noise.advance(Duration.ofMinutes(1));
    fork.advance(Duration.ofMinutes(1));

    assertThat(everything(fork)).isEqualTo(everything(original));
    assertThat(fork.state().events()).isEqualTo(original.state().events());
  }

  /** Counts how often it is started. */
  private static final class Counted implements AddOn {
    private int started;

    @Override
    public String name() {
      return "counted";
    }

    @Override
    public Component start(ClusterState state) {
      started++;
      return new Counter();
    }
  }

  private static final class Counter implements AddOn.Component {}

  @Test
  void anAddOnBeginsWhenTheForkIsFirstChangedOrAskedOrItsTimeMoves() {
    Counted addOn = new Counted();
    Cluster cluster = Cluster.kubeadm().install(addOn);
    assertThat(addOn.started).isEqualTo(1);

    Cluster fork = cluster.fork();
    Cluster ofFork = fork.fork();
    assertThat(fork.toString()).startsWith("cluster at ");
    fork.get("nodes");
    assertThat(addOn.started).isEqualTo(1);

    fork.state().remove(new ObjectKey(Node.KIND, "", "no-such"));
    assertThat(addOn.started).isEqualTo(2);
    assertThat(ofFork.component(Counter.class)).isPresent();
    assertThat(addOn.started).isEqualTo(3);
    cluster.fork().advance(Duration.ZERO);
    assertThat(addOn.started).isEqualTo(4);
    fork.advance(Duration.ZERO);
    assertThat(fork.component(Counter.class)).isPresent();
    assertThat(addOn.started).isEqualTo(4);
  }
}
