package dev.hairpin.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.ContainerStatus.Running;
import dev.hairpin.api.ContainerStatus.Terminated;
import dev.hairpin.api.ContainerStatus.Waiting;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.NetworkPolicy;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts of kubectl. */
class KubectlTest {
  private static final Instant NOW = VirtualClock.EPOCH;

  @ParameterizedTest
  @CsvSource({
    "-5, <invalid>",
    "-1, 0s",
    "0, 0s",
    "119, 119s",
    "120, 2m",
    "125, 2m5s",
    "599, 9m59s",
    "600, 10m",
    "10799, 179m",
    "10800, 3h",
    "10860, 3h1m",
    "28800, 8h",
    "172799, 47h",
    "172800, 2d",
    "176400, 2d1h",
    "691200, 8d",
    "63071999, 729d",
    "63072000, 2y",
    "63158400, 2y1d",
    "252288000, 8y",
  })
  void agesHaveTwoUnitsAtMost(long seconds, String text) {
    assertThat(Age.of(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  private static Pod pod(
      String phase, List<ContainerStatus> init, List<ContainerStatus> containers) {
    PodSpec spec = PodSpec.builder()
        .nodeName("n1")
        .containers(List.of(Container.of("a"), Container.of("b")))
        .initContainers(List.of(Container.of("i")))
        .readinessGates(List.of("g"))
        .build();
    return new Pod(
        ObjectMeta.of("shop", "p").stored("u", NOW.minusSeconds(300), null, 1, 1),
        spec,
        phase,
        List.of("10.244.1.2"),
        List.of(),
        List.of(),
        "",
        "",
        init,
        containers);
  }

  private static ContainerStatus status(
      ContainerStatus.State state, boolean ready, int restarts, @Nullable Instant last) {
    return new ContainerStatus("a", state, ready, true, restarts, last);
  }

  private static String line(Pod pod) {
    return new KubectlGet(true, false, NOW).print(List.of(pod)).lines().toList().get(1);
  }

  @Test
  void aRunningPodShowsWhatIsReadyAndWhenItRestartedLast() {
    Pod pod = pod(
        "Running",
        List.of(status(new Terminated("Completed", 0, 0), true, 0, null)),
        List.of(
            status(new Running(NOW), true, 2, NOW.minusSeconds(300)),
            status(new Running(NOW), false, 0, null)));
    assertThat(line(pod))
        .isEqualTo(
            "p      1/2     Running   2 (5m ago)   5m    10.244.1.2   n1     <none>           0/1");
  }

  @Test
  void aPodThatStillInitializesCountsItsInitContainers() {
    assertThat(line(pod("Pending", List.of(status(new Running(NOW), false, 0, null)), List.of())))
        .startsWith("p      0/2     Init:0/1   0");
    assertThat(line(pod(
            "Pending",
            List.of(status(new Waiting("CrashLoopBackOff"), false, 3, null)),
            List.of())))
        .startsWith("p      0/2     Init:CrashLoopBackOff   3");
    assertThat(line(
            pod("Pending", List.of(status(new Terminated("", 1, 9), false, 0, null)), List.of())))
        .startsWith("p      0/2     Init:Signal:9   0");
  }

  @Test
  void theReasonOfAWaitingContainerIsTheStatus() {
    assertThat(line(pod(
            "Pending",
            List.of(),
            List.of(status(new Waiting("ImagePullBackOff"), false, 0, null)))))
        .contains("ImagePullBackOff");
  }

  @Test
  void aPodThatIsGoingIsTerminating() {
    Pod pod = pod("Running", List.of(), List.of(status(new Running(NOW), true, 0, null)));
    assertThat(line(pod.withMetadata(pod.metadata().withDeletion(NOW)))).contains("Terminating");
  }

  @Test
  void severalKindsMakeSeveralTablesWithTheKindBeforeTheName() {
    Service service = new Service(
        ObjectMeta.of("shop", "web"),
        ServiceSpec.builder().clusterIps(List.of("10.96.0.9")).build(),
        List.of(),
        List.of());
    NetworkPolicy policy = new NetworkPolicy(
        ObjectMeta.of("shop", "deny"),
        new LabelSelector(
            Map.of("b", "2"),
            List.of(
                new LabelSelector.Requirement("a", LabelSelector.Operator.IN, List.of("y", "x")))),
        List.of(NetworkPolicy.Direction.INGRESS),
        List.of(),
        List.of());
    assertThat(new KubectlGet(false, true, NOW).print(List.<KubeObject>of(service, policy)))
        .isEqualTo("""
            NAMESPACE   NAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
            shop        service/web   ClusterIP   10.96.0.9    <none>        <none>    <unknown>

            NAMESPACE   NAME                                   POD-SELECTOR     AGE
            shop        networkpolicy.networking.k8s.io/deny   a in (x,y),b=2   <unknown>
            """);
  }

  private static EndpointSlice slice(int ready, int notReady) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < ready + notReady; i++) {
      endpoints.add(new Endpoint(
          List.of("10.244.0." + i),
          i < ready,
          null,
          null,
          null,
          null,
          null,
          List.of(),
          List.of(),
          null));
    }
    return new EndpointSlice(
        ObjectMeta.of("shop", "web-x"),
        "IPv4",
        endpoints,
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null)));
  }

  private static String endpointsLine(EndpointSlice slice) {
    Service service = new Service(
        ObjectMeta.of("shop", "web"),
        ServiceSpec.builder().ports(List.of(ServicePort.tcp("http", 80, 8080))).build(),
        List.of(),
        List.of());
    return KubectlDescribe.service(service, List.of(slice))
        .lines()
        .filter(l -> l.startsWith("Endpoints:"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void describeListsThreeReadyEndpointsAndCountsTheRest() {
    assertThat(endpointsLine(slice(2, 1))).endsWith("10.244.0.0:8080,10.244.0.1:8080");
    assertThat(endpointsLine(slice(5, 0)))
        .endsWith("10.244.0.0:8080,10.244.0.1:8080,10.244.0.2:8080 + 2 more...");
    assertThat(endpointsLine(slice(3, 1)))
        .as("the original counts an endpoint that is not ready as a reason to say more")
        .endsWith("10.244.0.2:8080 + 0 more...");
  }

  @Test
  void describeEndsWithTheEvents() {
    Service service = new Service(
        ObjectMeta.of("shop", "web"), ServiceSpec.builder().build(), List.of(), List.of());
    String text = KubectlDescribe.service(
        service,
        List.of(),
        List.of(new ObjectEvent(
            NOW.minusSeconds(60), service.key(), true, "FailedBuildModel", "no subnet", "service")),
        NOW);
    assertThat(text).endsWith("""
            Events:
              Type     Reason            Age   From     Message
              ----     ------            ----  ----     -------
              Warning  FailedBuildModel  60s   service  no subnet
            """.replace("---- ----     ", "---- ----     "));
  }
}
