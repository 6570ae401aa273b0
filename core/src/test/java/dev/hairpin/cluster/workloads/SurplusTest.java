package dev.hairpin.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.time.VirtualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** As {@code ActivePodsWithRanks} of Kubernetes v1.36 sorts. */
class SurplusTest {
  private static final Instant NOW = VirtualClock.EPOCH.plusSeconds(10_000);

  private static Pod pod(
      String name,
      String node,
      String phase,
      @Nullable Instant readySince,
      int restarts,
      Map<String, String> annotations) {
    ObjectMeta meta = ObjectMeta.of("shop", name)
        .withAnnotations(annotations)
        .stored(name, NOW.minusSeconds(5_000), null, 1, 1);
    Condition ready =
        new Condition("Ready", readySince == null ? "False" : "True", "", "", readySince);
    return new Pod(
            meta,
            PodSpec.builder()
                .nodeName(node)
                .containers(List.of(Container.of("c", 80)))
                .build(),
            phase,
            List.of(),
            "",
            List.of(ready))
        .withStatus(
            phase,
            List.of(),
            List.of(),
            List.of(ready),
            List.of(new ContainerStatus(
                "c", new ContainerStatus.Running(NOW), readySince != null, true, restarts, null)));
  }

  private static Pod ready(String name, String node, int secondsAgo) {
    return pod(name, node, "Running", NOW.minusSeconds(secondsAgo), 0, Map.of());
  }

  private static List<String> order(List<Pod> related, Pod... pods) {
    return Surplus.worstFirst(List.of(pods), related, NOW).stream()
        .map(pod -> pod.metadata().name())
        .toList();
  }

  @Test
  void eachReasonCountsOnlyWhereThoseBeforeItAreEqual() {
    Pod without = pod("a", "", "Running", NOW, 0, Map.of());
    Pod pending = pod("b", "n", "Pending", null, 0, Map.of());
    Pod unready = pod("c", "n", "Running", null, 0, Map.of());
    Pod cheap = pod(
        "d",
        "n",
        "Running",
        NOW.minusSeconds(4_000),
        0,
        Map.of("controller.kubernetes.io/pod-deletion-cost", "-1"));
    Pod crowded = ready("e", "crowded", 4_000);
    Pod young = ready("f", "n", 10);
    Pod restarted = pod("g", "n", "Running", NOW.minusSeconds(4_000), 3, Map.of());
    Pod old = ready("h", "n", 4_000);

    assertThat(order(
            List.of(ready("x", "crowded", 1), ready("y", "crowded", 1)),
            old,
            restarted,
            young,
            crowded,
            cheap,
            unready,
            pending,
            without))
        .containsExactly("a", "b", "c", "d", "e", "f", "g", "h");
  }

  @Test
  void agesOfOnePowerOfTwoAreEqualAndTheUidDecides() {
    assertThat(order(List.of(), ready("a", "n", 1_000), ready("b", "n", 900)))
        .as("in the same power of two of nanoseconds")
        .containsExactly("a", "b");
    assertThat(order(List.of(), ready("a", "n", 1_000), ready("b", "n", 400)))
        .as("in another one")
        .containsExactly("b", "a");
  }

  @Test
  void theMostRestartedContainerCountsAndNotTheirSum() {
    Pod one = pod("a", "n", "Running", NOW.minusSeconds(9), 2, Map.of());
    Pod two = pod("b", "n", "Running", NOW.minusSeconds(9), 2, Map.of());
    List<ContainerStatus> both = new ArrayList<>(two.containerStatuses());
    both.addAll(two.containerStatuses());
    two = two.withStatus(two.phase(), two.podIps(), two.hostIps(), two.conditions(), both);

    assertThat(order(List.of(), two, one)).containsExactly("a", "b");
  }

  @Property
  void theOrderIsOneWhateverThePodsAre(
      @ForAll @Size(max = 40) List<@IntRange(max = 3_000) Integer> ages) {
    List<Pod> pods = new ArrayList<>();
    for (int age : ages) {
      pods.add(pod(
          "p" + pods.size(), "n" + age % 2, "Running", NOW.minusSeconds(age), age % 3, Map.of()));
    }
    List<Pod> backwards = new ArrayList<>(pods);
    Collections.reverse(backwards);

    assertThat(Surplus.worstFirst(pods, pods, NOW))
        .isEqualTo(Surplus.worstFirst(backwards, pods, NOW))
        .hasSameSizeAs(pods);
  }
}
