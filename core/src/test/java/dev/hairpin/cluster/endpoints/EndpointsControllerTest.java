package dev.hairpin.cluster.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.net.Protocol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules of the endpoint controllers, one by one. */
class EndpointsControllerTest {
  private static final Map<String, String> AUTO =
      Map.of("service.kubernetes.io/topology-mode", "Auto");

  private final Shop shop = new Shop(100);

  @Test
  void aServiceWithoutPodsHasOnePlaceholderSliceWithoutPorts() {
    shop.service(Shop.spec().build(), Map.of());
    shop.settle();
    assertThat(shop.slices()).singleElement().satisfies(slice -> {
      assertThat(slice.endpoints()).isEmpty();
      assertThat(slice.ports()).isEmpty();
      assertThat(slice.metadata().name()).matches("web-[bcdfghjklmnpqrstvwxz2456789]{5}");
    });
    assertThat(shop.legacy().subsets()).isEmpty();
  }

  @Test
  void thePlaceholderBecomesTheFirstRealSliceAndBackUnderTheSameName() {
    shop.service(Shop.spec().build(), Map.of());
    shop.settle();
    String name = shop.slices().get(0).metadata().name();
    Pod pod = (Pod) shop.state.store(Shop.pod(0, true));
    shop.settle();
    assertThat(shop.slices()).extracting(s -> s.metadata().name()).containsExactly(name);
    shop.state.remove(pod.key());
    shop.settle();
    assertThat(shop.slices()).extracting(s -> s.metadata().name()).containsExactly(name);
  }

  @Test
  void publishingWhatIsNotReadyMakesTerminatingPodsReadyButTellsTheTruthBeside() {
    shop.service(Shop.spec().publishNotReadyAddresses(true).build(), Map.of());
    Pod pod = Shop.pod(0, false);
    shop.state.store(pod.withMetadata(pod.metadata().withDeletion(Instant.EPOCH)));
    shop.settle();
    assertThat(shop.endpoints()).singleElement().satisfies(e -> {
      assertThat(e.ready()).isTrue();
      assertThat(e.serving()).isFalse();
      assertThat(e.terminating()).isTrue();
    });
    assertThat(shop.legacy().subsets().get(0).addresses()).hasSize(1);
  }

  @Test
  void moreThanAThousandAddressesAreCutInEndpointsAndMarkedButNotInSlices() {
    shop.service(Shop.spec().build(), Map.of());
    for (int i = 0; i < 1_050; i++) {
      Pod pod = Shop.pod(i % 3, i % 10 != 0);
      shop.state.store(new Pod(
          ObjectMeta.of("shop", "web-" + i).withLabels(Map.of("app", "web")),
          pod.spec(),
          "Running",
          List.of("10.244." + i / 200 + "." + (i % 200 + 1)),
          "",
          pod.conditions()));
    }
    shop.settle();
    assertThat(shop.endpoints()).hasSize(1_050);
    assertThat(shop.slices()).hasSize(11);
    EndpointSubset subset = shop.legacy().subsets().get(0);
    assertThat(subset.addresses()).hasSize(945);
    assertThat(subset.notReadyAddresses()).hasSize(55);
    assertThat(shop.legacy().metadata().annotations())
        .containsEntry("endpoints.kubernetes.io/over-capacity", "truncated");
  }

  @Test
  void aPodWhoseNodeArrivesLaterIsPublishedThen() {
    shop.service(Shop.spec().build(), Map.of());
    Pod pod = Shop.pod(0, true);
    shop.state.store(pod.withSpec(pod.spec().toBuilder().nodeName("n9").build()));
    shop.settle();
    assertThat(shop.endpoints()).isEmpty();
    shop.node(9, "zone-9", "4");
    shop.settle();
    assertThat(shop.endpoints()).extracting(Endpoint::zone).containsExactly("zone-9");
  }

  @Test
  void aSliceThatSomebodyDeletesIsMadeAgain() {
    shop.service(Shop.spec().build(), Map.of());
    shop.state.store(Shop.pod(0, true));
    shop.settle();
    shop.state.remove(shop.slices().get(0).key());
    shop.settle();
    assertThat(shop.endpoints()).hasSize(1);
  }

  @Test
  void theSlicesOfAnEarlierServiceOfTheNameAreDeleted() {
    shop.service(Shop.spec().build(), Map.of());
    shop.state.store(Shop.pod(0, true));
    shop.settle();
    EndpointSlice old = shop.slices().get(0);
    Service service = shop.state.get(Service.class, "shop", "web").orElseThrow();
    shop.state.remove(service.key());
    shop.service(Shop.spec().build(), Map.of());
    shop.settle();
    assertThat(shop.slices()).hasSize(1).doesNotContain(old);
  }

  @Test
  void theTriggerTimeIsTheServicesCreationFirstAndThePodsReadinessLater() {
    shop.service(Shop.spec().build(), Map.of());
    shop.state.store(Shop.pod(0, false));
    shop.settle();
    assertThat(trigger()).isEqualTo("2026-01-01T00:00:00Z");
    Instant change = Instant.parse("2026-01-01T00:00:07.25Z");
    Pod pod = Shop.pod(0, true);
    shop.state.store(pod.withConditions(
        List.of(new dev.hairpin.api.Condition("Ready", "True", "", "", change))));
    shop.settle();
    assertThat(trigger()).isEqualTo("2026-01-01T00:00:07Z");
  }

  private String trigger() {
    return shop.slices()
        .get(0)
        .metadata()
        .annotations()
        .getOrDefault("endpoints.kubernetes.io/last-change-trigger-time", "none");
  }

  @Test
  void topologyModeAutoGivesEachZoneItsShareAndSaysSoOnce() {
    shop.service(Shop.spec().build(), AUTO);
    for (int i = 0; i < 6; i++) {
      shop.state.store(Shop.pod(i, true));
    }
    shop.settle();
    assertThat(shop.endpoints()).allSatisfy(e -> assertThat(e.zoneHints()).hasSize(1));
    assertThat(shop.state.events())
        .extracting(ObjectEvent::message)
        .containsExactly("Topology Aware Hints has been enabled, addressType: IPv4");
  }

  @Test
  void aZoneWithTooManyEndpointsGivesSomeToAnother() {
    shop.service(Shop.spec().build(), AUTO);
    for (int i = 0; i < 9; i++) {
      Pod pod = Shop.pod(i, true);
      String node = i < 7 ? "n0" : "n" + (i - 6);
      shop.state.store(pod.withSpec(pod.spec().toBuilder().nodeName(node).build()));
    }
    shop.settle();
    Map<String, Long> hints = shop.endpoints().stream()
        .collect(java.util.stream.Collectors.groupingBy(
            e -> e.zoneHints().get(0), java.util.stream.Collectors.counting()));
    assertThat(hints).isEqualTo(Map.of("zone-0", 3L, "zone-1", 3L, "zone-2", 3L));
  }

  @Test
  void withTooFewEndpointsThereAreNoHintsAndAnEventSaysWhy() {
    shop.service(Shop.spec().build(), AUTO);
    shop.state.store(Shop.pod(0, true));
    shop.state.store(Shop.pod(1, true));
    shop.settle();
    assertThat(shop.endpoints()).allMatch(e -> e.zoneHints().isEmpty());
    assertThat(shop.state.events())
        .extracting(e -> e.warning() + " " + e.reason() + ": " + e.message())
        .containsExactly("true TopologyAwareHintsDisabled: Insufficient number of endpoints"
            + " (2 endpoints, 3 zones), addressType: IPv4");
  }

  @Test
  void endpointsMadeByHandAreMirroredWithReadyOnly() {
    shop.service(Shop.spec().selector(null).build(), Map.of());
    EndpointPort port = new EndpointPort("", Protocol.TCP, 9376, null);
    shop.state.store(new Endpoints(
        ObjectMeta.of("shop", "web").withLabels(Map.of("team", "a")),
        List.of(new EndpointSubset(
            List.of(new EndpointAddress("192.0.2.1", "", null, null)),
            List.of(new EndpointAddress("2001:db8::1", "", null, null)),
            List.of(port)))));
    shop.settle();
    assertThat(shop.slices()).hasSize(2).allSatisfy(slice -> {
      assertThat(slice.metadata().labels())
          .containsEntry("team", "a")
          .containsEntry("kubernetes.io/service-name", "web")
          .containsEntry(
              "endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io");
      assertThat(slice.metadata().ownerReferences())
          .extracting(o -> o.kind())
          .containsExactly("Endpoints");
    });
    assertThat(shop.endpoints())
        .extracting(e -> e.addresses() + " " + e.ready() + " " + e.serving())
        .containsExactlyInAnyOrder("[192.0.2.1] true null", "[2001:db8::1] false null");
  }

  private static EndpointSubset subset(List<String> ready, List<String> others, int... ports) {
    return new EndpointSubset(
        ready.stream().map(ip -> new EndpointAddress(ip, "", null, null)).toList(),
        others.stream().map(ip -> new EndpointAddress(ip, "", null, null)).toList(),
        IntStream.of(ports)
            .mapToObj(port -> new EndpointPort("p" + port, Protocol.TCP, port, null))
            .toList());
  }

  private void mirrored(EndpointSubset... subsets) {
    shop.service(Shop.spec().selector(null).build(), Map.of());
    shop.state.store(new Endpoints(ObjectMeta.of("shop", "web"), List.of(subsets)));
    shop.settle();
  }

  private List<String> reported() {
    return shop.state.events().stream()
        .map(e -> e.reason() + ": " + e.message())
        .toList();
  }

  @Test
  void subsetsAreBroughtIntoTheirCanonicalFormBeforeTheyAreMirrored() {
    mirrored(
        subset(List.of("192.0.2.1", "192.0.2.2"), List.of(), 80),
        subset(List.of("192.0.2.2"), List.of("192.0.2.1"), 81),
        subset(List.of("192.0.2.1", "192.0.2.2"), List.of(), 82));

    assertThat(shop.slices())
        .extracting(slice -> slice.ports().stream().map(EndpointPort::port).toList()
            + " "
            + slice.endpoints().stream()
                .map(e -> e.addresses() + "=" + e.ready())
                .toList())
        .containsExactlyInAnyOrder(
            "[80, 82] [[192.0.2.1]=true, [192.0.2.2]=true]",
            "[81] [[192.0.2.2]=true, [192.0.2.1]=false]");
  }

  @Test
  void anAddressThatIsReadyInOneSubsetAndNotInAnotherOfTheSamePortIsNotReady() {
    mirrored(
        subset(List.of("192.0.2.1"), List.of(), 80), subset(List.of(), List.of("192.0.2.1"), 80));

    assertThat(shop.endpoints())
        .singleElement()
        .satisfies(endpoint -> assertThat(endpoint.ready()).isFalse());
  }

  @Test
  void aThousandAddressesOfASubsetAreMirroredReadyOnesFirstAndAnEventCountsTheRest() {
    List<String> ready = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      ready.add("198.18.%d.%d".formatted(i / 200, 1 + i % 200));
      others.add("198.19.%d.%d".formatted(i / 200, 1 + i % 200));
    }
    mirrored(subset(ready, others, 80));

    assertThat(shop.endpoints()).hasSize(1000);
    assertThat(shop.endpoints().stream().filter(Endpoint::ready)).hasSize(600);
    assertThat(reported())
        .containsExactly("TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to"
            + " EndpointSlices per Endpoints subset. 200 addresses were skipped");
  }

  @Test
  void invalidAddressesAreSkippedWithAnEventOfTheirOwn() {
    mirrored(subset(List.of("192.0.2.1", "web.example.com"), List.of("nowhere"), 80));

    assertThat(shop.endpoints()).hasSize(1);
    assertThat(reported())
        .containsExactly(
            "InvalidIPAddress: Skipped 2 invalid IP addresses when mirroring to EndpointSlices");
  }

  @Test
  void topologyModeAutoWithoutAnyNodeIsDisabledForOneZone() {
    Shop bare = new Shop(100, 0);
    bare.service(Shop.spec().build(), AUTO);
    bare.settle();

    assertThat(bare.state.events())
        .extracting(ObjectEvent::message)
        .containsExactly("Nodes only ready in one zone, addressType: IPv4");
  }

  @Test
  void aSliceWithAFinalizerThatIsBeingDeletedIsReplacedByANewOne() {
    shop.service(Shop.spec().build(), Map.of());
    shop.state.store(Shop.pod(0, true));
    shop.settle();
    EndpointSlice slice = shop.slices().get(0);
    shop.state.store(slice.withMetadata(
        slice.metadata().withFinalizers(List.of("example.com/wait")).withDeletion(Instant.EPOCH)));
    shop.settle();

    assertThat(shop.slices()).hasSize(2);
    assertThat(shop.slices().stream().filter(s -> s.metadata().deletionTimestamp() == null))
        .singleElement()
        .satisfies(fresh -> assertThat(fresh.endpoints()).hasSize(1));
  }

  @Test
  void slicesCarryTheGenerateNameThatTheyWereNamedBy() {
    shop.service(Shop.spec().build(), Map.of());
    shop.settle();

    assertThat(shop.slices().get(0).metadata().generateName()).isEqualTo("web-");
  }

  @Test
  void endpointsWithTheSkipLabelAreNotMirrored() {
    shop.service(Shop.spec().selector(null).build(), Map.of());
    shop.state.store(new Endpoints(
        ObjectMeta.of("shop", "web")
            .withLabels(Map.of("endpointslice.kubernetes.io/skip-mirror", "true")),
        List.of(new EndpointSubset(
            List.of(new EndpointAddress("192.0.2.1", "", null, null)),
            List.of(),
            List.of(new EndpointPort("", Protocol.TCP, 9376, null))))));
    shop.settle();
    assertThat(shop.slices()).isEmpty();
  }

  @Test
  void deletingTheServiceTakesItsEndpointsAndSlicesAway() {
    shop.service(Shop.spec().build(), Map.of());
    shop.state.store(Shop.pod(0, true));
    shop.settle();
    shop.state.remove(shop.state.get(Service.class, "shop", "web").orElseThrow().key());
    shop.settle();
    assertThat(shop.slices()).isEmpty();
    assertThat(shop.state.list(Endpoints.class)).isEmpty();
  }

  @Test
  void portsOfTheSameAddressesShareASubset() {
    List<ServicePort> ports = new ArrayList<>();
    ports.add(ServicePort.tcp("http", 80, 8080));
    ports.add(ServicePort.tcp("metrics", 9090, 9090));
    shop.service(Shop.spec().ports(ports).build(), Map.of());
    shop.state.store(Shop.pod(0, true));
    shop.state.store(Shop.pod(1, false));
    shop.settle();
    assertThat(shop.legacy().subsets()).singleElement().satisfies(subset -> {
      assertThat(subset.ports()).hasSize(2);
      assertThat(subset.addresses()).hasSize(1);
      assertThat(subset.notReadyAddresses()).hasSize(1);
    });
  }
}
