package dev.hairpin.cluster.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ascii;
import dev.hairpin.Cluster;
import dev.hairpin.api.Condition;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.control.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How pods start, are ready, and end, and what they see, as the kubelet of v1.36 has it. */
class KubeletsTest {
  private final Cluster cluster = Cluster.kubeadm();
  private final Cluster slow =
      Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();

  private static String pod(String name, String spec) {
    return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, labels: {app: web}}
        spec: {%s}
        ---
        """.formatted(name, spec);
  }

  private static String service(String name) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: %s}
        spec: {selector: {app: web}, ports: [{port: 80}]}
        ---
        """.formatted(name);
  }

  private static Pod pod(Cluster cluster, String name) {
    return cluster.state().get(Pod.class, "default", name).orElseThrow();
  }

  private static Condition condition(Pod pod, String type) {
    return pod.conditions().stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static List<Endpoint> endpoints(Cluster cluster) {
    return cluster.state().list(EndpointSlice.class).stream()
        .flatMap(slice -> slice.endpoints().stream())
        .toList();
  }

  @Test
  void aPodIsReadyWhenAllItsContainersAre() {
    cluster.apply(pod("p", "containers: [{name: a}, {name: b}]"));
    assertThat(pod(cluster, "p").conditions())
        .extracting(c -> c.type() + " " + c.status())
        .containsExactlyInAnyOrder(
            "PodScheduled True",
            "PodReadyToStartContainers True",
            "Initialized True",
            "ContainersReady True",
            "Ready True");

    cluster.controllers().kubelets().setReady("default", "p", false);
    Condition ready = condition(pod(cluster, "p"), "Ready");
    assertThat(ready.status()).isEqualTo("False");
    assertThat(ready.reason()).isEqualTo("ContainersNotReady");
    assertThat(ready.message()).isEqualTo("containers with unready status: [a b]");
    assertThat(condition(pod(cluster, "p"), "ContainersReady").message())
        .isEqualTo(ready.message());
  }

  @Test
  void aPodWithoutContainerStatusesSaysWhichContainersAreNotReady() {
    cluster.apply(pod("p", "containers: [{name: a}, {name: b}]"));
    Pod pod = pod(cluster, "p");
    cluster
        .state()
        .store(
            pod.withStatus(pod.phase(), pod.podIps(), pod.hostIps(), pod.conditions(), List.of()));

    cluster.controllers().kubelets().setReady("default", "p", false);

    assertThat(condition(pod(cluster, "p"), "Ready").reason()).isEqualTo("ContainersNotReady");
    assertThat(condition(pod(cluster, "p"), "Ready").message())
        .isEqualTo("containers with unready status: [a b]");
  }

  @Test
  void everyReadinessGateThatDoesNotHoldIsNamed() {
    cluster.apply(pod(
        "p",
        "containers: [{name: a}], readinessGates: [{conditionType: one}, {conditionType: two}]"));
    Pod pod = pod(cluster, "p");
    List<Condition> conditions = new ArrayList<>(pod.conditions());
    conditions.add(Condition.of("one", false));
    cluster.state().store(pod.withConditions(conditions));
    cluster.advance(Duration.ZERO);

    Condition ready = condition(pod(cluster, "p"), "Ready");
    assertThat(ready.reason()).isEqualTo("ReadinessGatesNotReady");
    assertThat(ready.message())
        .isEqualTo(
            "the status of pod readiness gate \"one\" is not \"True\", but False, corresponding"
                + " condition of pod readiness gate \"two\" does not exist.");
    assertThat(condition(pod(cluster, "p"), "ContainersReady").status()).isEqualTo("True");
  }

  @Test
  void aPodOnTheNodesNetworkHasTheNodesAddress() {
    cluster.apply(pod("p", "hostNetwork: true, containers: [{name: a}]"));
    Pod pod = pod(cluster, "p");
    assertThat(pod.podIps()).isEqualTo(pod.hostIps());
    assertThat(pod.podIps().get(0)).startsWith("192.168.10.");
  }

  @Test
  void aRestartedContainerKeepsThePodsAddress() {
    cluster.apply(pod("p", "containers: [{name: a}]"));
    Pod before = pod(cluster, "p");
    cluster.controllers().kubelets().restart("default", "p");
    cluster.advance(Duration.ZERO);

    assertThat(pod(cluster, "p").podIps()).isEqualTo(before.podIps());
    assertThat(pod(cluster, "p").containerStatuses().get(0).restartCount()).isEqualTo(1);
  }

  @Test
  void aPodThatEndsLeavesTheReadyEndpointsAtOnceAndServesOn() {
    slow.apply(service("web") + pod("p", "containers: [{name: a}]"));
    slow.advance(Duration.ofMinutes(1));
    assertThat(endpoints(slow)).extracting(Endpoint::ready).containsExactly(true);

    slow.delete("Pod", "default/p");
    slow.advance(Duration.ofMillis(150));
    assertThat(endpoints(slow)).singleElement().satisfies(endpoint -> {
      assertThat(endpoint.ready()).isFalse();
      assertThat(endpoint.serving()).isTrue();
      assertThat(endpoint.terminating()).isTrue();
    });

    // its readiness probe goes on
    slow.controllers().kubelets().setReady("default", "p", false);
    slow.advance(Duration.ofMillis(150));
    assertThat(endpoints(slow)).extracting(Endpoint::serving).containsExactly(false);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          containers: [{name: a}]                                                        | 1
          containers: [{name: a, lifecycle: {preStop: {sleep: {seconds: 5}}}}]            | 6
          containers: [{name: a, lifecycle: {preStop: {exec: {command: [sleep, "7"]}}}}]  | 8
          containers: [{name: a, lifecycle: {preStop: {exec: {command: [sleep, "90"]}}}}] | 30
          terminationGracePeriodSeconds: 3, containers: [{name: a, lifecycle: \
          {preStop: {exec: {command: [sh, -c, "sleep 15"]}}}}]                            | 3
          terminationGracePeriodSeconds: 0, containers: [{name: a}]                       | 0
          """)
  void aPodIsGoneAfterItsHookAndItsProgramsButNoLaterThanItsGracePeriod(String spec, long seconds) {
    slow.apply(pod("p", spec));
    slow.advance(Duration.ofMinutes(1));
    slow.delete("Pod", "default/p");
    if (seconds > 0) {
      slow.advance(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(pod(slow, "p").isTerminating()).isTrue();
      slow.advance(Duration.ofMillis(1));
    }
    assertThat(slow.state().get(Pod.class, "default", "p")).isEmpty();
  }

  @Test
  void aContainerWhoseConfigurationIsMissingStartsWhenItComes() {
    cluster.apply(pod("p", "containers: [{name: a, envFrom: [{configMapRef: {name: settings}}]}]"));
    assertThat(cluster.get("pods")).contains("CreateContainerConfigError");

    cluster.apply("""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {COLOUR: green}
        """);
    cluster.advance(Duration.ZERO);
    assertThat(pod(cluster, "p").isReady()).isTrue();
    assertThat(cluster.env("default/p").value("COLOUR")).contains("green");
  }

  @Test
  void aServiceInTheSameManifestIsSeenWhereverItStands() {
    cluster.apply(pod("p", "containers: [{name: a}]") + service("db"));
    assertThat(cluster.env("default/p").value("DB_SERVICE_HOST")).isPresent();
  }

  @Test
  void aServiceThatIsMadeAnewLeavesTheOldAddressInRunningContainers() {
    cluster.apply(service("db") + pod("old", "containers: [{name: a}]"));
    String before = cluster.env("default/old").value("DB_SERVICE_HOST").orElseThrow();
    cluster.delete("Service", "default/db");
    cluster.apply(service("db"));
    cluster.apply(pod("new", "containers: [{name: a}]"));
    String now =
        cluster.state().get(Service.class, "default", "db").orElseThrow().spec().clusterIp();

    assertThat(now).isNotEqualTo(before);
    assertThat(cluster.env("default/old").value("DB_SERVICE_HOST")).contains(before);
    assertThat(cluster.env("default/new").value("DB_SERVICE_HOST")).contains(now);
  }

  @Test
  void withoutServiceLinksOnlyTheApiServerIsSeen() {
    cluster.apply(service("db") + pod("p", "enableServiceLinks: false, containers: [{name: a}]"));
    assertThat(cluster.env("default/p").variables())
        .isNotEmpty()
        .allMatch(variable -> variable.name().startsWith("KUBERNETES_"));
  }

  @Test
  void anEmptyVariableHidesAServicesOwn() {
    cluster.apply(service("db")
        + pod("p", "containers: [{name: a, env: [{name: DB_SERVICE_HOST, value: \"\"}]}]"));
    assertThat(cluster.env("default/p").value("DB_SERVICE_HOST")).contains("");
    assertThat(cluster.env("default/p").value("DB_SERVICE_PORT")).contains("80");
  }

  @Test
  void anEvictedPodFailsLeavesTheEndpointsAndStays() {
    cluster.apply(service("web") + pod("p", "containers: [{name: a}]"));
    assertThat(endpoints(cluster)).hasSize(1);

    cluster.controllers().kubelets().fail("default", "p", "Evicted");
    cluster.advance(Duration.ZERO);

    Pod pod = pod(cluster, "p");
    assertThat(pod.phase()).isEqualTo("Failed");
    assertThat(pod.reason()).isEqualTo("Evicted");
    assertThat(pod.podIps()).isNotEmpty();
    assertThat(condition(pod, "Ready").reason()).isEqualTo("PodFailed");
    assertThat(condition(pod, "ContainersReady").reason()).isEqualTo("PodFailed");
    assertThat(condition(pod, "DisruptionTarget").reason()).isEqualTo("TerminationByKubelet");
    assertThat(pod.containerStatuses().get(0).state())
        .isEqualTo(new ContainerStatus.Terminated("Error", 137, 0));
    assertThat(endpoints(cluster)).isEmpty();
    assertThatThrownBy(() -> cluster.controllers().kubelets().fail("default", "p", "Evicted"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Pod default/p has ended already: Failed");
  }

  @Test
  void theAddressOfAFailedPodIsFreeAndIsNotFreedAgainWhenItIsDeleted() {
    cluster.apply("""
        apiVersion: v1
        kind: Node
        metadata: {name: tiny}
        spec: {podCIDR: 10.99.0.0/30, podCIDRs: [10.99.0.0/30]}
        status:
          addresses: [{type: InternalIP, address: 192.168.10.99}]
          conditions: [{type: Ready, status: "True"}]
        """);
    String spec = "nodeName: tiny, containers: [{name: a}]";
    cluster.apply(pod("one", spec));
    assertThat(pod(cluster, "one").podIps()).containsExactly("10.99.0.2");
    cluster.controllers().kubelets().fail("default", "one", "Evicted");
    cluster.apply(pod("two", spec));
    assertThat(pod(cluster, "two").podIps()).containsExactly("10.99.0.2");

    cluster.delete("Pod", "default/one");
    cluster.apply(pod("three", spec));

    assertThat(pod(cluster, "three").podIps()).isEmpty();
  }

  @Test
  void whoeverMadeAFailedPodMakesAnotherOne() {
    for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet")) {
      cluster.apply("""
          apiVersion: apps/v1
          kind: %s
          metadata: {name: %s}
          spec:
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}}
              spec: {nodeSelector: {kubernetes.io/hostname: node-1}, containers: [{name: a}]}
          """.formatted(kind, Ascii.toLowerCase(kind)));
    }
    List<Pod> before = List.copyOf(cluster.state().list(Pod.class));
    before.forEach(
        pod -> cluster.controllers().kubelets().fail("default", pod.metadata().name(), "Evicted"));
    cluster.advance(Duration.ofMinutes(1));

    List<Pod> running = cluster.state().list(Pod.class).stream()
        .filter(pod -> pod.phase().equals("Running"))
        .toList();
    assertThat(running).hasSameSizeAs(before);
    assertThat(running)
        .extracting(pod -> pod.metadata().uid())
        .doesNotContainAnyElementsOf(
            before.stream().map(pod -> pod.metadata().uid()).toList());
    assertThat(cluster.state().list(Pod.class).stream().filter(Pod::hasEnded))
        .as("the ReplicaSet's stays, the others are deleted by their owners")
        .hasSize(1);
  }
}
