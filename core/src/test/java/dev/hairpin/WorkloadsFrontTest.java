package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workloads as one applies and looks at them. */
class WorkloadsFrontTest {

  private static String deployment(String strategy, String args) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          strategy: %s
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              serviceAccountName: web
              containers:
              - {name: web, image: "web:1", args: [%s], resources: {limits: {memory: 1Gi}}}
        """.formatted(strategy, args);
  }

  private static String daemonSet(String rolling, String image) {
    return """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent}
        spec:
          selector: {matchLabels: {app: agent}}
          updateStrategy: {type: RollingUpdate, rollingUpdate: %s}
          template:
            metadata: {labels: {app: agent}}
            spec: {containers: [{name: agent, image: "%s"}]}
        """.formatted(rolling, image);
  }

  @Test
  void fieldsThatTheNetworkDoesNotNeedAreKeptInWorkloadAndPod() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(deployment("{}", "--verbose"));

    for (String kind : List.of("Deployment", "ReplicaSet", "Pod")) {
      assertThat(Manifests.toYaml(cluster.state().list(kind)))
          .contains("serviceAccountName: web")
          .contains("- \"--verbose\"")
          .contains("memory: 1Gi");
    }
  }

  @Test
  void aChangeOfArgumentsRollsOutUnderAnotherName() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(deployment("{}", "--a"));
    List<String> before = podNames(cluster);
    cluster.apply(deployment("{}", "--b"));

    assertThat(podNames(cluster)).hasSize(3).doesNotContainAnyElementsOf(before);
    assertThat(cluster.state().list(ReplicaSet.class)).hasSize(2);

    cluster.apply(daemonSet("{maxUnavailable: 1}", "agent:1"));
    assertThat(cluster.state().list(ReplicaSet.class)).hasSize(2);
  }

  private static List<String> podNames(Cluster cluster) {
    return cluster.state().list(Pod.class).stream()
        .map(p -> p.metadata().name())
        .toList();
  }

  @Test
  void tablesSayHowFarWorkloadsAre() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply(deployment("{}", "--a"));
    cluster.apply(daemonSet("{maxUnavailable: 1}", "agent:1"));
    cluster.controllers().kubelets().setReady("default", podNames(cluster).get(3), false);
    cluster.advance(Duration.ZERO);

    assertThat(cluster.get("deploy")).isEqualTo("""
        NAME   READY   UP-TO-DATE   AVAILABLE   AGE
        web    2/3     3            2           0s
        """);
    assertThat(cluster.get("ds -o wide")).isEqualTo("""
        NAME    DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE   CONTAINERS   IMAGES    SELECTOR
        agent   3         3         3       3            3           <none>          0s    agent        agent:1   app=agent
        """);
    assertThat(cluster.get("rs").lines().toList().get(0))
        .matches("NAME +DESIRED   CURRENT   READY   AGE");
    assertThat(cluster.get("rs").lines().toList().get(1)).matches("web-\\S+ +3 +3 +2 +0s");
  }

  @Test
  void aDaemonSetWithSurgeNeverHasANodeWithoutAReadyPod() {
    Cluster cluster = Cluster.builder().kubeadm(5).timing(Timing.REALISTIC).build();
    cluster.apply(daemonSet("{maxSurge: 2, maxUnavailable: 0}", "agent:1"));
    cluster.advance(Duration.ofMinutes(1));
    cluster.apply(daemonSet("{maxSurge: 2, maxUnavailable: 0}", "agent:2"));

    int most = 0;
    for (int i = 0; i < 600; i++) {
      cluster.advance(Duration.ofMillis(100));
      Map<String, Long> ready = new TreeMap<>();
      cluster.state().list(Pod.class).stream()
          .filter(p -> p.isReady() && !p.isTerminating())
          .forEach(p -> ready.merge(p.spec().nodeName(), 1L, Long::sum));
      assertThat(ready).hasSize(5);
      long living = cluster.state().list(Pod.class).stream()
          .filter(p -> !p.isTerminating())
          .count();
      most = Math.max(most, (int) living);
    }
    assertThat(most).isEqualTo(7);
    assertThat(cluster.state().list(Pod.class))
        .hasSize(5)
        .allMatch(p -> p.spec().containers().get(0).image().equals("agent:2"));
    assertThat(cluster.state().list(DaemonSet.class)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          {rollingUpdate: {maxSurge: lots}} | spec.strategy.rollingUpdate.maxSurge: Invalid value: "lots": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')
          {rollingUpdate: {maxSurge: -1}} | spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0
          {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}} | spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0
          {rollingUpdate: {maxUnavailable: 101%}} | spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%
          """)
  void oddRollingUpdatesAreRefusedInTheApiServersWords(String strategy, String message) {
    Cluster cluster = Cluster.kubeadm();

    assertThatThrownBy(() -> cluster.apply(deployment(strategy, "--a")))
        .isInstanceOf(ManifestException.class)
        .hasMessageContaining("Deployment.apps \"web\" is invalid: " + message);
    assertThat(cluster.state().list(Pod.class)).isEmpty();
  }

  @Test
  void aDaemonSetHasEitherSurgeOrUnavailability() {
    Cluster cluster = Cluster.kubeadm();

    assertThatThrownBy(() -> cluster.apply(daemonSet("{maxSurge: 1}", "agent:1")))
        .hasMessageContaining("spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may"
            + " not be set when maxUnavailable is non-zero");
    assertThatThrownBy(
            () -> cluster.apply(daemonSet("{maxSurge: 0, maxUnavailable: 0}", "agent:1")))
        .hasMessageContaining("spec.updateStrategy.rollingUpdate.maxUnavailable: Required value:"
            + " cannot be 0 when maxSurge is 0");
  }
}
