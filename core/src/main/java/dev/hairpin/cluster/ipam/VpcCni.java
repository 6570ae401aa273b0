package dev.hairpin.cluster.ipam;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives pods addresses of the VPC: secondary addresses of the network interfaces of their node.
 *
 * <p>Source: the AWS VPC CNI (ipamd) v1.19. A node of a known instance type has at most so many
 * interfaces, and each at most so many addresses, its own counted in. An interface is attached when
 * the others are full. No warm pool is held, so an address or interface is taken when a pod needs
 * it and given back to the subnet when the pod has gone and 30 seconds have passed. Which free
 * address of the subnet EC2 gives is random, here from the seed. A node whose subnet or type is
 * unknown gives no addresses and says why.
 */
public final class VpcCni implements PodAddresses {

  /** How long an address rests before another pod may have it, {@code IP_COOLDOWN_PERIOD}. */
  public static final Duration COOLDOWN = Duration.ofSeconds(30);

  private static final String FAILED = "failed to assign an IP address to container";
  private static final int PREFIX_LENGTH = 28;

  /** EC2 keeps the first four addresses of a subnet and the last. */
  private static final int RESERVED = 4;

  private static final long GOLDEN_RATIO = 0x9e37_79b9_7f4a_7c15L;

  /**
   * How the plugin is set up.
   *
   * @param subnetByZone the subnet of a zone's nodes; with custom networking, of its pods
   * @param prefixDelegation whether an interface's slots hold blocks of 16 addresses instead of
   *     single ones, {@code ENABLE_PREFIX_DELEGATION}
   * @param customNetworking whether pods are in other subnets than their node,
   *     {@code AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG}; the node's first interface then has no pods
   */
  public record Setup(
      Map<String, Cidr> subnetByZone, boolean prefixDelegation, boolean customNetworking) {

    /** Copies the map. */
    public Setup {
      subnetByZone = Map.copyOf(subnetByZone);
    }
  }

  /** One interface: what its slots hold, and how much of it pods use. */
  private static final class Interface {
    private final List<Cidr> slots;

    private Interface(List<Cidr> slots) {
      this.slots = new ArrayList<>(slots);
    }
  }

  private record Resting(String node, IpAddress address, Instant until) {}

  private final Setup setup;
  private final long seed;
  private long drawn;
  private final ForkableMap<String, List<Interface>> interfacesByNode;
  private final ForkableMap<String, Set<IpAddress>> podsByNode;
  private final ForkableMap<IpAddress, Boolean> taken;
  private final List<Resting> resting = new ArrayList<>();

  /**
   * A plugin that has given nothing yet.
   *
   * @param setup how it is set up
   * @param seed the cluster's seed
   */
  public VpcCni(Setup setup, long seed) {
    this(setup, seed, new ForkableMap<>(), new ForkableMap<>(), new ForkableMap<>());
  }

  private VpcCni(
      Setup setup,
      long seed,
      ForkableMap<String, List<Interface>> interfacesByNode,
      ForkableMap<String, Set<IpAddress>> podsByNode,
      ForkableMap<IpAddress, Boolean> taken) {
    this.setup = setup;
    this.seed = seed;
    this.interfacesByNode = interfacesByNode;
    this.podsByNode = podsByNode;
    this.taken = taken;
  }

  @Override
  public VpcCni copy() {
    VpcCni copy = new VpcCni(setup, seed, interfacesByNode.fork(), podsByNode.fork(), taken.fork());
    copy.drawn = drawn;
    copy.resting.addAll(resting);
    return copy;
  }

  @Override
  public List<String> assign(Node node, Pod pod, Instant now) {
    freeRested(now);
    noteNode(node);
    String name = node.metadata().name();
    @Nullable IpAddress free = freeInPrefix(name);
    if (free == null) {
      free = newSlot(node);
    }
    pods(name).add(free);
    return List.of(free.toString());
  }

  /** A free address of a prefix that the node has; null if there is none. */
  private @Nullable IpAddress freeInPrefix(String node) {
    Set<IpAddress> busy = new HashSet<>(pods(node));
    resting.forEach(r -> busy.add(r.address()));
    for (Interface eni : interfaces(node)) {
      for (Cidr slot : eni.slots) {
        for (long i = 0; slot.hostBits() > 0 && i < 1L << slot.hostBits(); i++) {
          if (!busy.contains(slot.at(i))) {
            return slot.at(i);
          }
        }
      }
    }
    return null;
  }

  private IpAddress newSlot(Node node) {
    String type = node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, "");
    InstanceLimits limits = InstanceLimits.of(type)
        .orElseThrow(() -> new IpamException(FAILED + ": instance type \"" + type + "\" of node "
            + node.metadata().name() + " is unknown, label " + Node.INSTANCE_TYPE_LABEL));
    @Nullable Cidr subnet = setup.subnetByZone().get(node.zone());
    if (subnet == null) {
      throw new IpamException(FAILED + ": zone \"" + node.zone() + "\" of node "
          + node.metadata().name() + " has no subnet; known are "
          + new TreeMap<>(setup.subnetByZone()).keySet());
    }
    List<Interface> interfaces = interfaces(node.metadata().name());
    int slots = limits.addressesPerInterface() - 1;
    int most = limits.interfaces() - (setup.customNetworking() ? 1 : 0);
    @Nullable
    Interface room =
        interfaces.stream().filter(i -> i.slots.size() < slots).findFirst().orElse(null);
    if (room == null) {
      if (interfaces.size() >= most) {
        throw new IpamException(
            "%s: node %s (%s) has %d interfaces with %d %s each, and all are used"
                .formatted(
                    FAILED,
                    node.metadata().name(),
                    type,
                    interfaces.size(),
                    slots,
                    setup.prefixDelegation() ? "prefixes" : "addresses"));
      }
      boolean first = interfaces.isEmpty() && !setup.customNetworking();
      if (!first) {
        draw(subnet); // the new interface's own address
      }
      room = new Interface(List.of());
      interfaces.add(room);
    }
    Cidr slot = setup.prefixDelegation() ? drawPrefix(subnet) : Cidr.host(draw(subnet));
    room.slots.add(slot);
    return slot.address();
  }

  /** A random free address of a subnet, searched for upwards from a random place. */
  private IpAddress draw(Cidr subnet) {
    long size = size(subnet);
    long start = size <= 0 ? 0 : random(size);
    for (long i = 0; i < size; i++) {
      IpAddress candidate = subnet.at(RESERVED + (start + i) % size);
      if (take(candidate)) {
        return candidate;
      }
    }
    throw new IpamException(
        FAILED + ": InsufficientFreeAddressesInSubnet: subnet " + subnet + " has no free address");
  }

  private Cidr drawPrefix(Cidr subnet) {
    int blocks =
        subnet.prefixLength() > PREFIX_LENGTH ? 0 : 1 << (PREFIX_LENGTH - subnet.prefixLength());
    int start = blocks == 0 ? 0 : (int) random(blocks);
    for (int i = 0; i < blocks; i++) {
      Cidr block = Cidr.containing(subnet.at((long) ((start + i) % blocks) << 4), PREFIX_LENGTH);
      if (isFree(subnet, block)) {
        for (int j = 0; j < 16; j++) {
          take(block.at(j));
        }
        return block;
      }
    }
    throw new IpamException(FAILED + ": InsufficientCidrBlocks: subnet " + subnet
        + " has no 16 free addresses in a row");
  }

  private boolean isFree(Cidr subnet, Cidr block) {
    if (block.contains(subnet.address()) || block.contains(subnet.last())) {
      return false;
    }
    for (int i = 0; i < 16; i++) {
      if (taken.containsKey(block.at(i))) {
        return false;
      }
    }
    return true;
  }

  private long random(long bound) {
    return new SplittableRandom(seed + ++drawn * GOLDEN_RATIO).nextLong(bound);
  }

  @Override
  public void occupy(Node node, List<String> addresses) {
    noteNode(node);
    String name = node.metadata().name();
    for (String text : addresses) {
      IpAddress.tryParse(text).ifPresent(address -> {
        if (pods(name).add(address) && take(address)) {
          int slots = InstanceLimits.of(
                  node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, ""))
              .map(l -> l.addressesPerInterface() - 1)
              .orElse(Integer.MAX_VALUE);
          List<Interface> interfaces = interfaces(name);
          Interface room = interfaces.stream()
              .filter(i -> i.slots.size() < slots)
              .findFirst()
              .orElseGet(() -> {
                Interface added = new Interface(List.of());
                interfaces.add(added);
                return added;
              });
          room.slots.add(Cidr.host(address));
        }
      });
    }
  }

  @Override
  public void release(String nodeName, List<String> addresses, Instant now) {
    for (String text : addresses) {
      IpAddress.tryParse(text).ifPresent(address -> {
        if (pods(nodeName).remove(address)) {
          resting.add(new Resting(nodeName, address, now.plus(COOLDOWN)));
        }
      });
    }
  }

  @Override
  public List<Use> shared(Collection<Node> nodes) {
    Set<IpAddress> all = new HashSet<>();
    taken.forEach((address, yes) -> all.add(address));
    nodes.forEach(node -> all.addAll(own(node)));
    TreeMap<Cidr, Long> used = new TreeMap<>();
    for (Cidr subnet : setup.subnetByZone().values()) {
      used.put(subnet, all.stream().filter(subnet::contains).count());
    }
    List<Use> uses = new ArrayList<>();
    used.forEach((subnet, count) -> uses.add(new Use(subnet, count, size(subnet))));
    return uses;
  }

  private static long size(Cidr subnet) {
    return (1L << subnet.hostBits()) - RESERVED - 1;
  }

  @Override
  public boolean isRecovering() {
    return !resting.isEmpty();
  }

  @Override
  public void forget(String nodeName) {
    interfaces(nodeName).forEach(eni -> eni.slots.forEach(this::giveBack));
    interfacesByNode.remove(nodeName);
    podsByNode.remove(nodeName);
    resting.removeIf(r -> r.node().equals(nodeName));
  }

  /** Gives slots back to the subnet in which no address is used or rests any more. */
  private void freeRested(Instant now) {
    List<Resting> rested = resting.stream().filter(r -> !r.until().isAfter(now)).toList();
    resting.removeAll(rested);
    for (Resting r : rested) {
      for (Interface eni : interfaces(r.node())) {
        for (Cidr slot : List.copyOf(eni.slots)) {
          boolean busy = pods(r.node()).stream().anyMatch(slot::contains)
              || resting.stream().anyMatch(other -> slot.contains(other.address()));
          if (slot.contains(r.address()) && !busy) {
            eni.slots.remove(slot);
            giveBack(slot);
          }
        }
      }
    }
  }

  private void giveBack(Cidr slot) {
    for (long i = 0; i < 1L << slot.hostBits(); i++) {
      taken.remove(slot.at(i));
    }
  }

  /** A node's own addresses are of the same subnets. */
  private void noteNode(Node node) {
    own(node).forEach(this::take);
  }

  private static List<IpAddress> own(Node node) {
    return node.addresses().stream()
        .filter(address -> address.type().equals("InternalIP"))
        .flatMap(address -> IpAddress.tryParse(address.address()).stream())
        .toList();
  }

  private List<Interface> interfaces(String node) {
    @Nullable
    List<Interface> known = interfacesByNode.writable(
        node,
        interfaces ->
            new ArrayList<>(interfaces.stream().map(i -> new Interface(i.slots)).toList()));
    if (known == null) {
      known = new ArrayList<>();
      interfacesByNode.put(node, known);
    }
    return known;
  }

  private Set<IpAddress> pods(String node) {
    @Nullable Set<IpAddress> known = podsByNode.writable(node, HashSet::new);
    if (known == null) {
      known = new HashSet<>();
      podsByNode.put(node, known);
    }
    return known;
  }

  private boolean take(IpAddress address) {
    return taken.putIfAbsent(address, true) == null;
  }
}
