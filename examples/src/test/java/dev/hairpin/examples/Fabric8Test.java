package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.fabric8.Fabric8;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** fabric8's model objects in and out, and a snapshot through its client from its mock server. */
@EnableKubernetesMockClient(crud = true)
class Fabric8Test {
  @SuppressWarnings("NullAway.Init") // fabric8 sets it
  private static KubernetesClient client;

  private static Service service() {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace("default")
        .withName("web")
        .endMetadata()
        .withNewSpec()
        .addToSelector("app", "web")
        .addNewPort()
        .withPort(80)
        .withNewTargetPort(8080)
        .endPort()
        .endSpec()
        .build();
  }

  private static Deployment deployment() {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace("default")
        .withName("web")
        .endMetadata()
        .withNewSpec()
        .withReplicas(2)
        .withNewSelector()
        .addToMatchLabels("app", "web")
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("app", "web")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("web")
        .withImage("web:1")
        .withArgs("--verbose")
        .addNewPort()
        .withContainerPort(8080)
        .endPort()
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Cluster running() {
    Cluster cluster = Cluster.kubeadm().install(KubeProxy.newest());
    cluster.apply(Fabric8.manifests(service(), deployment()));
    return cluster;
  }

  @Test
  void modelObjectsAreAppliedLikeManifests() {
    Cluster cluster = running();

    assertThat(cluster.state().list(Pod.class)).hasSize(2).allMatch(Pod::isReady);
    String address = cluster
        .state()
        .get(dev.hairpin.api.Service.class, "default", "web")
        .orElseThrow()
        .spec()
        .clusterIp();
    assertThat(cluster.from("default/web").to("http://" + address).outcome().delivered())
        .isTrue();
  }

  @Test
  void objectsComeBackAsModelObjectsWithWhatTheNetworkDoesNotNeed() {
    Cluster cluster = running();

    List<HasMetadata> services = Fabric8.objects(cluster.state().list("Service"));
    List<HasMetadata> deployments = Fabric8.objects(cluster.state().list("Deployment"));

    Service web = services.stream()
        .map(Service.class::cast)
        .filter(s -> s.getMetadata().getName().equals("web"))
        .findFirst()
        .orElseThrow();
    assertThat(web.getSpec().getClusterIP()).startsWith("10.");
    assertThat(web.getSpec().getPorts().get(0).getTargetPort().getIntVal()).isEqualTo(8080);
    Deployment deployment = (Deployment) deployments.get(0);
    assertThat(
            deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getArgs())
        .containsExactly("--verbose");
  }

  @Test
  void whatIsRefusedNamesTheObjectAndTheField() {
    Service bad = service();
    bad.getSpec().getPorts().get(0).setPort(70_000);
    Cluster cluster = Cluster.kubeadm();

    assertThatThrownBy(() -> cluster.apply(Fabric8.manifests(bad)))
        .isInstanceOf(ManifestException.class)
        .hasMessageStartingWith("fabric8 Service web: document 1, line 1: spec.ports[0].port:");
  }

  @Test
  void aSnapshotThroughTheClientKeepsAddressesAndEndpoints() {
    Cluster live = running();
    for (String kind : live.state().kinds()) {
      for (HasMetadata object : Fabric8.objects(live.state().list(kind))) {
        object.getMetadata().setResourceVersion(null);
        client.resource(object).create();
      }
    }

    ClusterState state = new ClusterState(new VirtualClock(), 1);
    Fabric8.snapshot(client).objects().forEach(state::store);
    Cluster copy = Cluster.of(state);

    List<String> expected = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (String kind : List.of("Service", "EndpointSlice", "Pod", "Node")) {
      live.state().list(kind).forEach(o -> expected.add(withoutVersions(o)));
      copy.state().list(kind).forEach(o -> found.add(withoutVersions(o)));
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String withoutVersions(KubeObject object) {
    return Manifests.toYaml(List.of(object))
        .replaceAll("(?m)^ +(resourceVersion|uid|creationTimestamp|generation): .*\n", "");
  }
}
