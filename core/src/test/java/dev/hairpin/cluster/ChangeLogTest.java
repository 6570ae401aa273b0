package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 3);
  private final ApiServer server =
      new ApiServer(state, ApiServerConfig.of(Cidr.parse("10.96.0.0/16")));

  private void create(String name, String more) {
    String yaml = "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {"
        + more
        + "ports: [{port: 80}]}}";
    server.apply(Manifests.parse(yaml, "test").manifests());
  }

  @Test
  void aSavedLogGivesTheSameObjectsInAnotherState() throws IOException {
    ChangeLog log = ChangeLog.of(state);
    create("a", "type: NodePort, ");
    create("b", "loadBalancerIP: \"it's \\\"b\\\"\\n\", ");
    create("c", "");
    server.patch(
        new ObjectKey("Service", "default", "a"),
        ApiServer.PatchType.MERGE,
        Map.of("spec", Map.of("type", "ClusterIP")));
    server.delete(new ObjectKey("Service", "default", "c"));
    StringBuilder saved = new StringBuilder();
    log.save(saved);

    ClusterState copy = new ClusterState(new VirtualClock(), 99);
    ChangeLog.replay(saved.toString(), "saved.log", copy);

    assertThat(copy.list(Service.class)).containsExactlyElementsOf(state.list(Service.class));
    assertThat(copy.resourceVersion()).isEqualTo(state.resourceVersion());
    assertThat(Change.between(state, copy)).isEmpty();
  }

  @Test
  void aLineThatIsNoEventChangesNothing() throws IOException {
    ChangeLog log = ChangeLog.of(state);
    create("a", "");
    StringBuilder saved = new StringBuilder();
    log.save(saved);
    ClusterState copy = new ClusterState(new VirtualClock(), 99);

    assertThatThrownBy(() -> ChangeLog.replay(saved + "{\"type\":\"WHAT\"}\n", "saved.log", copy))
        .isInstanceOf(ManifestException.class)
        .hasMessage("saved.log: line 2: expected an event of a watch");

    assertThat(copy.kinds()).isEmpty();
  }

  @Test
  void theDeletionOfWhatIsNotThereIsRefusedWithItsLine() throws IOException {
    create("a", "");
    ChangeLog log = ChangeLog.of(state);
    server.delete(new ObjectKey("Service", "default", "a"));
    StringBuilder saved = new StringBuilder("\n\n");
    log.save(saved);

    assertThatThrownBy(() -> ChangeLog.replay(
            saved.toString(), "saved.log", new ClusterState(new VirtualClock(), 99)))
        .isInstanceOf(ManifestException.class)
        .hasMessage("saved.log: line 3: object: there is no Service default/a to delete");
  }

  @Test
  void theDifferenceOfTwoStatesIsToldObjectByObject() {
    create("a", "");
    create("b", "");
    ClusterState fork = state.fork(new VirtualClock());
    fork.remove(new ObjectKey("Service", "default", "a"));
    Service b = fork.get(Service.class, "default", "b").orElseThrow();
    fork.store(b.withMetadata(b.metadata().withLabels(Map.of("new", "yes"))));

    List<Change> changes = Change.between(state, fork);

    assertThat(changes)
        .extracting(c -> c.type() + " " + c.key())
        .containsExactly("DELETED Service default/a", "MODIFIED Service default/b");
  }

  @Test
  void yamlIsPrintedAsKubectlPrintsIt() {
    create("a", "clusterIP: 10.96.0.9, selector: {app: \"yes\"}, ");

    assertThat(Manifests.toYaml(state.list(Service.class))).endsWith("""
        spec:
          clusterIP: 10.96.0.9
          clusterIPs:
          - 10.96.0.9
          internalTrafficPolicy: Cluster
          ipFamilies:
          - IPv4
          ipFamilyPolicy: SingleStack
          ports:
          - port: 80
            protocol: TCP
            targetPort: 80
          selector:
            app: "yes"
          sessionAffinity: None
          type: ClusterIP
        status:
          loadBalancer: {}
        """);
  }
}
