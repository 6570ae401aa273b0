package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What counts as a new generation of an object, by the strategies of kube-apiserver v1.36. */
class GenerationsTest {
  private static final String WORKLOAD = """
      apiVersion: apps/v1
      kind: %s
      metadata: {name: web, %s}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: c, image: "%s"}]}
      """;
  private static final String SERVICE = """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: %d}]}
      """;

  private final Cluster cluster = Cluster.kubeadm();

  private long generation(String kind, String name) {
    return object(kind, name).metadata().generation();
  }

  private KubeObject object(String kind, String name) {
    return cluster.state().get(new ObjectKey(kind, "default", name)).orElseThrow();
  }

  @Test
  void aWorkloadHasANewGenerationWhenItsSpecChanges() {
    for (String kind : List.of("ReplicaSet", "StatefulSet", "DaemonSet")) {
      cluster.apply(WORKLOAD.formatted(kind, "labels: {a: b}", "i:1"));
      assertThat(generation(kind, "web")).as(kind).isEqualTo(1);
      cluster.apply(WORKLOAD.formatted(kind, "labels: {a: c}, annotations: {d: e}", "i:1"));
      assertThat(generation(kind, "web")).as(kind).isEqualTo(1);
      cluster.apply(WORKLOAD.formatted(kind, "", "i:2"));
      assertThat(generation(kind, "web")).as(kind).isEqualTo(2);
    }
  }

  @Test
  void aDeploymentHasANewGenerationWhenItsAnnotationsChangeAsWell() {
    cluster.apply(WORKLOAD.formatted("Deployment", "labels: {a: b}", "i:1"));
    long first = generation("Deployment", "web");
    cluster.apply(WORKLOAD.formatted("Deployment", "labels: {a: c}", "i:1"));
    assertThat(generation("Deployment", "web")).isEqualTo(first);
    cluster.apply(WORKLOAD.formatted("Deployment", "annotations: {d: e}", "i:1"));
    assertThat(generation("Deployment", "web")).isEqualTo(first + 1);
  }

  @Test
  void neitherBindingNorRunningIsANewGenerationOfAPodButItsDeletionIs() {
    cluster.apply("""
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: c, image: i}]}
        """);
    assertThat(generation("Pod", "web")).isEqualTo(1);
    assertThat(cluster.pod("default/web").isReady()).isTrue();
    KubeObject pod = object("Pod", "web");
    KubeObject going = cluster
        .state()
        .store(
            pod.withMetadata(pod.metadata().withDeletion(cluster.state().clock().now())));
    assertThat(going.metadata().generation()).isEqualTo(2);
  }

  @Test
  void aServiceHasNone() {
    cluster.apply(SERVICE.formatted(80));
    cluster.apply(SERVICE.formatted(81));
    assertThat(generation("Service", "web")).isZero();
    assertThat(generation("Endpoints", "web")).isZero();
    assertThat(Manifests.toYaml(List.of(object("Service", "web")))).doesNotContain("generation");
  }

  @Test
  void aSliceHasANewGenerationWhenItsEndpointsChange() {
    cluster.apply(SERVICE.formatted(80));
    String slice = cluster.state().list("EndpointSlice").stream()
        .map(object -> object.metadata().name())
        .filter(name -> name.startsWith("web-"))
        .findFirst()
        .orElseThrow();
    assertThat(generation("EndpointSlice", slice)).isEqualTo(1);
    cluster.apply("""
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec: {containers: [{name: c, image: i}]}
        """);
    assertThat(generation("EndpointSlice", slice)).isGreaterThan(1);
  }

  @Test
  void everyCustomResourceHasOneAndTheStatusDoesNotCount() {
    String binding = """
        apiVersion: elbv2.k8s.aws/v1beta1
        kind: TargetGroupBinding
        metadata: {name: web}
        spec: {serviceRef: {name: web, port: %d}}
        status: {observedGeneration: %d}
        """;
    cluster.state().store(parse(binding.formatted(80, 1)));
    cluster.state().store(parse(binding.formatted(80, 2)));
    assertThat(generation("TargetGroupBinding", "web")).isEqualTo(1);
    cluster.state().store(parse(binding.formatted(81, 2)));
    assertThat(generation("TargetGroupBinding", "web")).isEqualTo(2);

    cluster.apply("""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {a: b}
        """);
    assertThat(generation("ConfigMap", "web")).isZero();
  }

  private static KubeObject parse(String yaml) {
    Map<String, Object> tree = Manifests.parse(yaml, "test").manifests().get(0).tree();
    return KubeObjects.fromTree(tree);
  }
}
