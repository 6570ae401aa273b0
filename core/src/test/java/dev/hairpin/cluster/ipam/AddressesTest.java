package dev.hairpin.cluster.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.time.VirtualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Who gets which address, and who gets none. */
class AddressesTest {
  private static final Instant NOW = VirtualClock.EPOCH;
  private static final Pod POD = new Pod(
      ObjectMeta.of("shop", "p"), PodSpec.builder().build(), "Pending", List.of(), "", List.of());

  private static Node node(String type, List<String> blocks) {
    return new Node(
        ObjectMeta.of("", "n1")
            .withLabels(Map.of(Node.ZONE_LABEL, "a", "node.kubernetes.io/instance-type", type)),
        blocks,
        "",
        false,
        List.of(),
        List.of(),
        List.of(),
        Map.of());
  }

  private static VpcCni vpc(String subnet, boolean prefixes, boolean custom) {
    return new VpcCni(new VpcCni.Setup(Map.of("a", Cidr.parse(subnet)), prefixes, custom), 1);
  }

  @Test
  void aBlockIsWalkedRoundBeforeAnAddressComesBack() {
    HostLocal plugin = new HostLocal();
    Node node = node("", List.of("10.244.1.0/29"));
    assertThat(plugin.assign(node, POD, NOW)).containsExactly("10.244.1.2");
    plugin.release("n1", List.of("10.244.1.2"), NOW);
    assertThat(plugin.assign(node, POD, NOW)).containsExactly("10.244.1.3");
    for (int i = 4; i <= 6; i++) {
      assertThat(plugin.assign(node, POD, NOW)).containsExactly("10.244.1." + i);
    }
    assertThat(plugin.assign(node, POD, NOW)).containsExactly("10.244.1.2");
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW))
        .isInstanceOf(IpamException.class)
        .hasMessage("no IP addresses available in range set: 10.244.1.1-10.244.1.6");
  }

  @Test
  void aClass24BlockHolds253Pods() {
    HostLocal plugin = new HostLocal();
    Node node = node("", List.of("10.244.1.0/24"));
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 253; i++) {
      given.addAll(plugin.assign(node, POD, NOW));
    }
    assertThat(given).hasSize(253).doesNotContain("10.244.1.1", "10.244.1.255");
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW))
        .hasMessage("no IP addresses available in range set: 10.244.1.1-10.244.1.254");
  }

  @Test
  void twoBlocksGiveTwoAddresses() {
    assertThat(new HostLocal()
            .assign(node("", List.of("10.244.1.0/24", "fd00:10:244:1::/64")), POD, NOW))
        .containsExactly("10.244.1.2", "fd00:10:244:1::2");
  }

  @Test
  void ofTwoBlocksAPodHasBothAddressesOrNone() {
    HostLocal plugin = new HostLocal();
    Node node = node("", List.of("10.244.1.0/28", "fd00:10:244:1::/125"));
    for (int i = 2; i <= 7; i++) {
      assertThat(plugin.assign(node, POD, NOW))
          .containsExactly("10.244.1." + i, "fd00:10:244:1::" + i);
    }
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> plugin.assign(node, POD, NOW))
          .hasMessage("no IP addresses available in range set: fd00:10:244:1::1-fd00:10:244:1::7");
    }
    plugin.release("n1", List.of("10.244.1.2", "fd00:10:244:1::2"), NOW);
    assertThat(plugin.assign(node, POD, NOW)).hasSize(2).contains("fd00:10:244:1::2");
  }

  @Test
  void anInstanceHasAsManyPodAddressesAsItsInterfacesHold() {
    VpcCni plugin = vpc("10.0.0.0/19", false, false);
    Node node = node("t3.medium", List.of());
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 15; i++) {
      given.addAll(plugin.assign(node, POD, NOW));
    }
    assertThat(given).hasSize(15);
    assertThat(given).allMatch(a -> Cidr.parse("10.0.0.0/19").contains(IpAddress.parse(a)));
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW))
        .hasMessage("failed to assign an IP address to container: node n1 (t3.medium) has 3"
            + " interfaces with 5 addresses each, and all are used");
    assertThat(InstanceLimits.of("t3.medium").orElseThrow().maxPods()).isEqualTo(17);
  }

  @Test
  void withPrefixesASlotHolds16Addresses() {
    VpcCni plugin = vpc("10.0.0.0/19", true, false);
    Node node = node("t3.medium", List.of());
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 3 * 5 * 16; i++) {
      given.addAll(plugin.assign(node, POD, NOW));
    }
    assertThat(given).hasSize(240);
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW)).hasMessageContaining("5 prefixes each");
  }

  @Test
  void withCustomNetworkingTheFirstInterfaceHasNoPods() {
    VpcCni plugin = vpc("100.64.0.0/19", false, true);
    Node node = node("t3.medium", List.of());
    for (int i = 0; i < 10; i++) {
      plugin.assign(node, POD, NOW);
    }
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW))
        .hasMessageContaining("has 2 interfaces");
  }

  @Test
  void anAddressRestsFor30SecondsBeforeItIsFree() {
    VpcCni plugin = vpc("10.0.0.0/29", false, false);
    Node node = node("m5.large", List.of());
    List<String> first = plugin.assign(node, POD, NOW);
    plugin.assign(node, POD, NOW);
    plugin.assign(node, POD, NOW);
    plugin.release("n1", first, NOW);
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW.plusSeconds(29)))
        .hasMessageContaining("InsufficientFreeAddressesInSubnet");
    assertThat(plugin.assign(node, POD, NOW.plusSeconds(30))).isEqualTo(first);
  }

  private static long used(VpcCni plugin) {
    return plugin.shared(List.of()).get(0).used();
  }

  @Test
  void whatANodeHeldIsFreeWhenTheNodeGoes() {
    VpcCni plugin = vpc("10.0.0.0/27", false, false);
    Node node = new Node(
        ObjectMeta.of("", "n1")
            .withLabels(Map.of(Node.ZONE_LABEL, "a", Node.INSTANCE_TYPE_LABEL, "t3.medium")),
        List.of(),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", "10.0.0.9")),
        List.of(),
        Map.of());
    for (int i = 0; i < 11; i++) {
      plugin.assign(node, POD, NOW);
    }
    assertThat(used(plugin))
        .as("11 pods, the node and its two further interfaces")
        .isEqualTo(14);
    plugin.forget("n1");
    assertThat(used(plugin)).isZero();
  }

  @Test
  void anInterfaceGoesWithTheLastOfItsPodsButForTheNodesOwn() {
    VpcCni plugin = vpc("10.0.0.0/27", false, false);
    Node node = node("t3.medium", List.of());
    List<List<String>> given = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      given.add(plugin.assign(node, POD, NOW));
    }
    assertThat(used(plugin)).as("six pods and the second interface").isEqualTo(7);
    plugin.release("n1", given.get(5), NOW);
    plugin.release("n1", given.get(4), NOW);
    plugin.assign(node, POD, NOW.plusSeconds(30));
    assertThat(used(plugin)).isEqualTo(5);
  }

  @Test
  void aWarmInterfaceIsHeldWithAllItsAddresses() {
    VpcCni plugin =
        new VpcCni(new VpcCni.Setup(Map.of("a", Cidr.parse("10.0.0.0/24")), false, false, 1), 1);
    Node node = node("m5.large", List.of());
    List<List<String>> given = new ArrayList<>();
    given.add(plugin.assign(node, POD, NOW));
    assertThat(used(plugin)).as("9 of the first, 9 and itself of the second").isEqualTo(19);
    for (int i = 1; i < 10; i++) {
      given.add(plugin.assign(node, POD, NOW));
    }
    assertThat(used(plugin)).as("the tenth pod brings the third").isEqualTo(29);
    for (int i = 10; i < 27; i++) {
      given.add(plugin.assign(node, POD, NOW));
    }
    assertThat(used(plugin)).as("the type has no more").isEqualTo(29);
    assertThat(new HashSet<>(given)).hasSize(27);
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW)).hasMessageContaining("3 interfaces");

    given.forEach(addresses -> plugin.release("n1", addresses, NOW));
    plugin.assign(node, POD, NOW.plusSeconds(30));
    assertThat(used(plugin)).as("one in use and one warm").isEqualTo(19);
  }

  @Test
  void aWarmInterfaceThatTheSubnetCannotFillStopsNoPod() {
    VpcCni plugin =
        new VpcCni(new VpcCni.Setup(Map.of("a", Cidr.parse("10.0.0.0/28")), false, false, 1), 1);
    Node node = node("m5.large", List.of());
    for (int i = 0; i < 10; i++) {
      plugin.assign(node, POD, NOW);
    }
    assertThatThrownBy(() -> plugin.assign(node, POD, NOW))
        .hasMessageContaining("InsufficientFreeAddressesInSubnet");
  }

  @Test
  void aPrefixNeeds16FreeAddressesInARow() {
    VpcCni plugin = vpc("10.0.0.0/27", true, false);
    assertThatThrownBy(() -> plugin.assign(node("m5.large", List.of()), POD, NOW))
        .hasMessage("failed to assign an IP address to container: InsufficientCidrBlocks: subnet"
            + " 10.0.0.0/27 has no 16 free addresses in a row");
  }

  @Test
  void customNetworkingWithPrefixesLeavesTheFirstInterfaceAlone() {
    assertThat(InstanceLimits.of("m5.large").orElseThrow().assignable(true, true))
        .isEqualTo(2 * 9 * 16);
    assertThat(InstanceLimits.of("m5.large").orElseThrow().maxPods(false, true)).isEqualTo(20);
    assertThat(InstanceLimits.of("m5.large").orElseThrow().maxPods(true, false)).isEqualTo(434);
  }

  @Test
  void aZoneWithoutSubnetIsNamed() {
    VpcCni plugin =
        new VpcCni(new VpcCni.Setup(Map.of("b", Cidr.parse("10.0.0.0/24")), false, false), 1);
    assertThatThrownBy(() -> plugin.assign(node("m5.large", List.of()), POD, NOW))
        .hasMessage("failed to assign an IP address to container: zone \"a\" of node n1 has no"
            + " subnet; known are [b]");
  }

  @Test
  void anUnknownInstanceTypeIsNamed() {
    assertThatThrownBy(
            () -> vpc("10.0.0.0/19", false, false).assign(node("m9.huge", List.of()), POD, NOW))
        .hasMessage("failed to assign an IP address to container: instance type \"m9.huge\" of node"
            + " n1 is unknown, label node.kubernetes.io/instance-type");
  }

  @Test
  void nodeBlocksRunOutWithTheOriginalsText() {
    CidrSet set = new CidrSet(Cidr.parse("10.244.0.0/22"), 24);
    for (int i = 0; i < 4; i++) {
      assertThat(set.allocateNext()).hasToString("10.244." + i + ".0/24");
    }
    assertThatThrownBy(set::allocateNext)
        .hasMessage("CIDR allocation failed; there are no remaining CIDRs left to allocate in the"
            + " accepted range");
    set.release(Cidr.parse("10.244.2.0/24"));
    assertThat(set.allocateNext()).hasToString("10.244.2.0/24");
    assertThatThrownBy(() -> set.release(Cidr.parse("10.245.0.0/24")))
        .hasMessage("cidr 10.245.0.0/24 is out the range of cluster cidr 10.244.0.0/22");
    assertThatThrownBy(() -> new CidrSet(Cidr.parse("fd00::/40"), 64))
        .hasMessage("New CIDR set failed; the node CIDR size is too big");
  }

  @Property(tries = 200)
  void noAddressIsEverHeldTwice(
      @ForAll boolean vpc,
      @ForAll boolean prefixes,
      @ForAll @Size(max = 120) List<@IntRange(max = 9) Integer> history) {
    PodAddresses plugin = vpc ? vpc("10.0.0.0/26", prefixes, false) : new HostLocal();
    Node node = node("t3.medium", List.of("10.244.1.0/28"));
    List<String> held = new ArrayList<>();
    Instant time = NOW;
    for (int what : history) {
      time = time.plusSeconds(5);
      if (what < 6) {
        try {
          held.addAll(plugin.assign(node, POD, time));
        } catch (IpamException e) {
          assertThat(held.size() + 6).isGreaterThan(vpc ? 6 : 13);
        }
      } else if (!held.isEmpty()) {
        plugin.release("n1", List.of(held.remove(what % held.size())), time);
      }
      assertThat(new HashSet<>(held)).hasSameSizeAs(held);
    }
  }
}
