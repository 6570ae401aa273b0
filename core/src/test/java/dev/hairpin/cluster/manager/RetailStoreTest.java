package dev.hairpin.cluster.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.environment.EnvironmentAdvice;
import dev.hairpin.cluster.ipam.CidrSet;
import dev.hairpin.cluster.ipam.VpcCni;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A small store on three nodes in three zones, from its workloads to its endpoints. */
class RetailStoreTest {
  private static final Map<String, Cidr> SUBNETS = Map.of(
      "us-west-2a", Cidr.parse("10.42.96.0/19"),
      "us-west-2b", Cidr.parse("10.42.128.0/19"),
      "us-west-2c", Cidr.parse("10.42.160.0/19"));

  private final ClusterState state = new ClusterState(new VirtualClock(), 7);

  private ControllerManager eks(Timing timing) {
    int i = 0;
    for (String zone : List.of("us-west-2a", "us-west-2b", "us-west-2c")) {
      node("ip-" + i++, zone, subnet(zone).at(10).toString());
    }
    return ControllerManager.start(
        new ApiServer(state, ApiServerConfig.DEFAULT),
        ControllerManager.Setup.ofNetwork(
            timing, new VpcCni(new VpcCni.Setup(SUBNETS, false, false), state.seed())));
  }

  private static Cidr subnet(String zone) {
    return Objects.requireNonNull(SUBNETS.get(zone));
  }

  private void node(String name, String zone, String ip) {
    state.store(new Node(
        ObjectMeta.of("", name)
            .withLabels(
                Map.of(Node.ZONE_LABEL, zone, "node.kubernetes.io/instance-type", "m5.large")),
        List.of(),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", ip)),
        List.of(Condition.of("Ready", true)),
        Map.of("cpu", "2", "memory", "8Gi")));
  }

  private static PodTemplate template(String app) {
    return new PodTemplate(
        Map.of("app", app),
        Map.of(),
        PodSpec.builder().containers(List.of(Container.of(app, 8080))).build());
  }

  private static Deployment deployment(String name, int replicas) {
    return new Deployment(
        ObjectMeta.of("shop", name),
        replicas,
        LabelSelector.of(Map.of("app", name)),
        template(name),
        "RollingUpdate",
        IntOrString.of("25%"),
        IntOrString.of("25%"),
        0);
  }

  private static Service service(String name) {
    return new Service(
        ObjectMeta.of("shop", name),
        ServiceSpec.builder()
            .selector(Map.of("app", name))
            .clusterIps(List.of("172.20.0." + (name.length() + 20)))
            .ipFamilies(List.of(IpFamily.IPV4))
            .ports(List.of(ServicePort.tcp("", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  private List<Pod> pods() {
    return List.copyOf(state.list(Pod.class));
  }

  private List<Endpoint> endpoints() {
    return state.list(EndpointSlice.class).stream()
        .flatMap(slice -> slice.endpoints().stream())
        .toList();
  }

  @Test
  void aDeploymentBecomesReadyPodsInEveryZoneAndTheirEndpoints() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(service("ui"));
    state.store(deployment("ui", 3));
    manager.settle();

    assertThat(pods()).hasSize(3).allMatch(Pod::isReady);
    assertThat(pods()).allSatisfy(pod -> {
      String zone =
          state.get(Node.class, "", pod.spec().nodeName()).orElseThrow().zone();
      assertThat(subnet(zone).contains(pod.ip(IpFamily.IPV4).orElseThrow())).isTrue();
      assertThat(pod.metadata().name())
          .matches("ui-[bcdf-hj-np-tv-xz24-9]{1,10}-[bcdf-hj-np-tv-xz24-9]{5}");
    });
    assertThat(endpoints().stream().map(Endpoint::zone).collect(Collectors.toSet()))
        .isEqualTo(SUBNETS.keySet());
  }

  @Test
  void theSameSeedGivesTheSamePods() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(deployment("ui", 5));
    manager.settle();
    RetailStoreTest again = new RetailStoreTest();
    ControllerManager other = again.eks(Timing.INSTANT);
    again.state.store(deployment("ui", 5));
    other.settle();
    assertThat(again.pods()).isEqualTo(pods());
  }

  @Test
  void aStatefulSetNumbersItsPodsAndStartsThemOneAfterAnother() {
    ControllerManager manager = eks(Timing.REALISTIC);
    state.store(new StatefulSet(
        ObjectMeta.of("shop", "mysql"),
        2,
        LabelSelector.of(Map.of("app", "mysql")),
        template("mysql"),
        "mysql-hl",
        "OrderedReady",
        0));
    state.clock().advance(Duration.ofSeconds(2));
    assertThat(pods()).extracting(p -> p.metadata().name()).containsExactly("mysql-0");
    state.clock().advance(Duration.ofSeconds(10));
    assertThat(pods())
        .extracting(p -> p.metadata().name() + " " + p.isReady() + " "
            + p.spec().hostname() + "." + p.spec().subdomain())
        .containsExactly("mysql-0 true mysql-0.mysql-hl", "mysql-1 true mysql-1.mysql-hl");
    manager.workloads().scale("StatefulSet", "shop", "mysql", 1);
    state.clock().advance(Duration.ofSeconds(60));
    assertThat(pods()).extracting(p -> p.metadata().name()).containsExactly("mysql-0");
  }

  @Test
  void aRolloutNeverHasFewerReadyPodsThanItMayAndNeverMore() {
    ControllerManager manager = eks(Timing.REALISTIC);
    state.store(service("ui"));
    state.store(deployment("ui", 4));
    state.clock().advance(Duration.ofMinutes(1));
    Set<String> before = names();
    manager.workloads().restart("Deployment", "shop", "ui");
    for (int i = 0; i < 600; i++) {
      state.clock().advance(Duration.ofMillis(100));
      long ready =
          pods().stream().filter(p -> p.isReady() && !p.isTerminating()).count();
      long alive = pods().stream().filter(p -> !p.isTerminating()).count();
      assertThat(ready).isGreaterThanOrEqualTo(3);
      assertThat(alive).isLessThanOrEqualTo(5);
    }
    assertThat(pods()).hasSize(4).allMatch(Pod::isReady);
    assertThat(names()).doesNotContainAnyElementsOf(before);
    assertThat(endpoints()).hasSize(4);
  }

  private Set<String> names() {
    return pods().stream().map(p -> p.metadata().name()).collect(Collectors.toSet());
  }

  @Test
  void oneReplicaIsReplacedOnlyWhenTheNewOneIsReady() {
    ControllerManager manager = eks(Timing.REALISTIC);
    state.store(deployment("ui", 1));
    state.clock().advance(Duration.ofMinutes(1));
    manager.workloads().restart("Deployment", "shop", "ui");
    for (int i = 0; i < 300; i++) {
      state.clock().advance(Duration.ofMillis(100));
      assertThat(pods()).anyMatch(p -> p.isReady() && !p.isTerminating());
    }
    assertThat(pods()).hasSize(1);
  }

  @Test
  void aPodThatIsReplacedHasAnotherAddress() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(deployment("ui", 1));
    manager.settle();
    Pod first = pods().get(0);
    manager.workloads().restart("Deployment", "shop", "ui");
    manager.settle();
    assertThat(pods()).hasSize(1);
    assertThat(pods().get(0).podIps()).isNotEqualTo(first.podIps());
  }

  @Test
  void aSwitchedOffProbeTakesThePodOutOfTheReadyEndpoints() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(service("ui"));
    state.store(deployment("ui", 2));
    manager.settle();
    Pod pod = pods().get(0);
    manager.kubelets().setReady("shop", pod.metadata().name(), false);
    manager.settle();
    assertThat(endpoints()).extracting(Endpoint::ready).containsExactlyInAnyOrder(true, false);
    manager.kubelets().setReady("shop", pod.metadata().name(), true);
    manager.settle();
    assertThat(endpoints()).extracting(Endpoint::ready).containsExactly(true, true);
  }

  @Test
  void aServiceMadeAfterThePodIsMissingInItsEnvironmentUntilAContainerRestarts() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(deployment("catalog", 1));
    manager.settle();
    String pod = pods().get(0).metadata().name();
    state.store(service("db"));
    manager.settle();
    assertThat(manager.kubelets().environment("shop", pod, "").value("DB_SERVICE_HOST"))
        .isEmpty();
    assertThat(manager.kubelets().advice("shop", pod, ""))
        .extracting(EnvironmentAdvice::kind)
        .containsExactly(EnvironmentAdvice.Kind.SERVICE_TOO_LATE);
    manager.kubelets().restart("shop", pod);
    manager.settle();
    assertThat(manager.kubelets().environment("shop", pod, "").value("DB_SERVICE_HOST"))
        .contains("172.20.0.22");
  }

  @Test
  void aLostNodesPodsAreNotReadyAfterTheMonitorsPatienceAndComeBack() {
    ControllerManager manager = eks(Timing.REALISTIC);
    state.store(service("ui"));
    state.store(deployment("ui", 3));
    state.clock().advance(Duration.ofMinutes(1));
    String node = pods().get(0).spec().nodeName();
    manager.nodes().lose(node);
    state.clock().advance(Duration.ofSeconds(49));
    assertThat(endpoints()).allMatch(e -> Boolean.TRUE.equals(e.ready()));
    state.clock().advance(Duration.ofSeconds(2));
    assertThat(endpoints()).filteredOn(e -> Boolean.FALSE.equals(e.ready())).hasSize(1);
    manager.nodes().recover(node);
    state.clock().advance(Duration.ofSeconds(5));
    assertThat(endpoints()).hasSize(3).allMatch(e -> Boolean.TRUE.equals(e.ready()));
  }

  @Test
  void aDrainedNodesPodsMoveToOthers() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(deployment("ui", 3));
    manager.settle();
    manager.nodes().drain("ip-0");
    manager.settle();
    assertThat(pods())
        .hasSize(3)
        .allMatch(p -> p.isReady() && !p.spec().nodeName().equals("ip-0"));
  }

  @Test
  void aNodeFullOfAddressesLeavesThePodWithoutOneAndSaysWhy() {
    node("only", "us-west-2a", "10.42.96.10");
    ControllerManager manager = ControllerManager.start(
        new ApiServer(state, ApiServerConfig.DEFAULT),
        ControllerManager.Setup.ofNetwork(
            Timing.INSTANT,
            new VpcCni(
                new VpcCni.Setup(Map.of("us-west-2a", Cidr.parse("10.42.96.0/29")), false, false),
                1)));
    state.store(deployment("ui", 5));
    manager.settle();
    assertThat(pods()).filteredOn(p -> p.podIps().isEmpty()).hasSize(2);
    assertThat(state.events())
        .filteredOn(e -> e.reason().equals("FailedCreatePodSandBox"))
        .allSatisfy(e -> assertThat(e.message())
            .endsWith("failed to assign an IP address to container:"
                + " InsufficientFreeAddressesInSubnet: subnet 10.42.96.0/29 has no free address"));
  }

  @Test
  void aPodWithoutAddressIsTriedAgainWhenOneHasRestedLongEnough() {
    node("only", "us-west-2a", "10.42.96.10");
    ControllerManager manager = ControllerManager.start(
        new ApiServer(state, ApiServerConfig.DEFAULT),
        ControllerManager.Setup.ofNetwork(
            Timing.INSTANT,
            new VpcCni(
                new VpcCni.Setup(Map.of("us-west-2a", Cidr.parse("10.42.96.0/29")), false, false),
                1)));
    state.store(deployment("ui", 3));
    manager.settle();
    state.store(deployment("cart", 1));
    manager.settle();
    manager.workloads().scale("Deployment", "shop", "ui", 2);
    manager.settle();
    assertThat(pods()).hasSize(3).filteredOn(p -> p.podIps().isEmpty()).hasSize(1);

    state.clock().advance(VpcCni.COOLDOWN.minusSeconds(1));
    assertThat(pods()).filteredOn(p -> p.podIps().isEmpty()).hasSize(1);
    state.clock().advance(Duration.ofSeconds(11));
    assertThat(pods()).hasSize(3).allMatch(Pod::isReady);
  }

  @Test
  void nodesOfAKubeadmClusterGetBlocksAndTheirPodsTheBlocksAddresses() {
    node("n1", "a", "192.168.0.11");
    ControllerManager manager = ControllerManager.start(
        new ApiServer(state, ApiServerConfig.DEFAULT),
        ControllerManager.Setup.ofBlocks(
            Timing.INSTANT, List.of(new CidrSet(Cidr.parse("10.244.0.0/16"), 24))));
    node("n2", "b", "192.168.0.12");
    state.store(deployment("ui", 4));
    manager.settle();
    assertThat(state.list(Node.class))
        .extracting(Node::podCidrs)
        .containsExactly(List.of("10.244.0.0/24"), List.of("10.244.1.0/24"));
    assertThat(pods())
        .flatExtracting(Pod::podIps)
        .containsExactlyInAnyOrder("10.244.0.2", "10.244.0.3", "10.244.1.2", "10.244.1.3");
  }

  @Test
  void deletingADeploymentTakesItsPodsAndEndpointsAway() {
    ControllerManager manager = eks(Timing.INSTANT);
    state.store(service("ui"));
    Deployment stored = (Deployment) state.store(deployment("ui", 3));
    manager.settle();
    state.remove(stored.key());
    manager.settle();
    assertThat(pods()).isEmpty();
    assertThat(endpoints()).isEmpty();
  }

  @Test
  void aReadinessGateKeepsAPodUnreadyUntilItsConditionHolds() {
    ControllerManager manager = eks(Timing.INSTANT);
    PodTemplate template = new PodTemplate(
        Map.of("app", "ui"),
        Map.of(),
        PodSpec.builder()
            .containers(List.of(Container.of("ui", 8080)))
            .readinessGates(List.of("target-health.elbv2.k8s.aws/x"))
            .build());
    state.store(new Deployment(
        ObjectMeta.of("shop", "ui"),
        1,
        LabelSelector.of(Map.of("app", "ui")),
        template,
        "RollingUpdate",
        IntOrString.of(1),
        IntOrString.of(0),
        0));
    manager.settle();
    Pod pod = pods().get(0);
    assertThat(pod.isReady()).isFalse();
    assertThat(pod.conditions())
        .filteredOn(c -> c.type().equals("Ready"))
        .extracting(Condition::message)
        .containsExactly("corresponding condition of pod readiness gate"
            + " \"target-health.elbv2.k8s.aws/x\" does not exist.");
    List<Condition> conditions = new java.util.ArrayList<>(pod.conditions());
    conditions.add(Condition.of("target-health.elbv2.k8s.aws/x", true));
    state.store(pod.withConditions(conditions));
    manager.settle();
    assertThat(pods()).allMatch(Pod::isReady);
  }

  @Test
  void aForkGoesOnAsTheOriginalWouldAndLeavesItAlone() {
    ControllerManager manager = eks(Timing.REALISTIC);
    state.store(service("ui"));
    state.store(deployment("ui", 4));
    state.clock().advance(Duration.ofMinutes(1));
    manager.workloads().restart("Deployment", "shop", "ui");
    manager.nodes().lose("ip-2");
    state.clock().advance(Duration.ofMillis(2_500));
    List<Pod> before = pods();

    ClusterState copy = state.fork(new VirtualClock(state.clock().now()));
    manager.fork(new ApiServer(copy, ApiServerConfig.DEFAULT));
    copy.clock().advance(Duration.ofMinutes(2));
    assertThat(pods()).isEqualTo(before);

    state.clock().advance(Duration.ofMinutes(2));
    assertThat(copy.list(Pod.class))
        .extracting(RetailStoreTest::shown)
        .isEqualTo(pods().stream().map(RetailStoreTest::shown).toList());
    assertThat(copy.list(EndpointSlice.class))
        .extracting(EndpointSlice::endpoints)
        .hasSameSizeAs(state.list(EndpointSlice.class));
  }

  private static String shown(Pod pod) {
    return pod.metadata().name() + " " + pod.podIps() + " " + pod.isReady() + " "
        + pod.isTerminating() + " " + pod.spec().nodeName();
  }
}
