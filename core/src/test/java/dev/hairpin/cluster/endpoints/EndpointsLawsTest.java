package dev.hairpin.cluster.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds after any history of a Service's pods. */
class EndpointsLawsTest {

  /** Does one of five things to one of twenty pods. */
  private static void step(Shop shop, int what) {
    int number = what % 20;
    ObjectKey key = new ObjectKey(Pod.KIND, "shop", "web-" + number);
    switch (what / 20) {
      case 0 -> shop.state.store(Shop.pod(number, true));
      case 1 -> shop.state.store(Shop.pod(number, false));
      case 2 -> shop.state.remove(key);
      case 3 ->
        shop.state
            .get(Pod.class, "shop", "web-" + number)
            .ifPresent(pod ->
                shop.state.store(pod.withMetadata(pod.metadata().withDeletion(Instant.EPOCH))));
      default ->
        shop.state
            .get(Pod.class, "shop", "web-" + number)
            .ifPresent(pod ->
                shop.state.store(pod.withMetadata(pod.metadata().withLabels(Map.of("app", "x")))));
    }
  }

  private static Shop after(List<Integer> history, boolean settleEachTime) {
    Shop shop = new Shop(4);
    shop.service(Shop.spec().trafficDistribution("PreferSameNode").build(), Map.of());
    for (int what : history) {
      step(shop, what);
      if (settleEachTime) {
        shop.settle();
      }
    }
    shop.settle();
    return shop;
  }

  @Property(tries = 300)
  void everyPodThatCountsIsInExactlyOneSliceAndNoSliceIsTooLong(
      @ForAll @Size(max = 60) List<@IntRange(max = 99) Integer> history) {
    Shop shop = after(history, true);
    List<String> expected = shop.state.list(Pod.class).stream()
        .filter(pod -> "web".equals(pod.metadata().labels().get("app")))
        .map(pod -> pod.metadata().name())
        .sorted()
        .toList();
    assertThat(shop.endpoints().stream().map(EndpointsLawsTest::podName).sorted())
        .isEqualTo(expected);
    assertThat(shop.slices()).allMatch(slice -> slice.endpoints().size() <= 4).isNotEmpty();
    if (!expected.isEmpty()) {
      assertThat(shop.slices()).noneMatch(slice -> slice.endpoints().isEmpty());
    }
  }

  /** Changes made in place one by one, and one look at everything, come to the same. */
  @Property(tries = 300)
  void whatIsPublishedDoesNotDependOnHowOftenTheControllersLooked(
      @ForAll @Size(max = 60) List<@IntRange(max = 99) Integer> history) {
    Shop often = after(history, true);
    Shop once = after(history, false);
    assertThat(published(often)).isEqualTo(published(once));
    assertThat(addresses(often)).isEqualTo(addresses(once));
  }

  private static Map<String, Endpoint> published(Shop shop) {
    Map<String, Endpoint> byName = new TreeMap<>();
    for (EndpointSlice slice : shop.slices()) {
      slice.endpoints().forEach(e -> byName.put(podName(e), withoutUid(e)));
    }
    return byName;
  }

  private static String addresses(Shop shop) {
    return shop.legacy().subsets().stream()
        .map(s -> s.addresses().stream().map(a -> a.ip()).toList()
            + " "
            + s.notReadyAddresses().stream().map(a -> a.ip()).toList()
            + " "
            + s.ports())
        .collect(Collectors.joining("\n"));
  }

  private static String podName(Endpoint endpoint) {
    assertThat(endpoint.targetRef()).isNotNull();
    return endpoint.targetRef() == null ? "" : endpoint.targetRef().name();
  }

  private static Endpoint withoutUid(Endpoint e) {
    return new Endpoint(
        e.addresses(),
        e.ready(),
        e.serving(),
        e.terminating(),
        e.hostname(),
        e.nodeName(),
        e.zone(),
        e.zoneHints(),
        e.nodeHints(),
        null);
  }
}
