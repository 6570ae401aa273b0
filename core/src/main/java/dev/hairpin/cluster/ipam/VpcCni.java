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
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives pods addresses of the VPC: secondary addresses of the network interfaces of their node.
 *
 * <p>Source: the AWS VPC CNI (ipamd) v1.19. A node of a known instance type has at most so many
 * interfaces, and each at most so many addresses, its own counted in. An interface is attached when
 * the others are full. Unless interfaces are kept warm, an address or interface is taken when a pod
 * needs it and given back to the subnet when the pod has gone and 30 seconds have passed; with the
 * node goes all that it held. Which free address of the subnet EC2 gives is random, here from the
 * seed. A node whose subnet or type is unknown gives no addresses and says why.
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
   * @param warmInterfaces as many interfaces' worth of addresses a node with pods holds free for
   *     further ones, {@code WARM_ENI_TARGET}; 0 to hold none
   */
  public record Setup(
      Map<String, Cidr> subnetByZone,
      boolean prefixDelegation,
      boolean customNetworking,
      int warmInterfaces) {

    /**
     * Copies the map.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public Setup {
      subnetByZone = Map.copyOf(subnetByZone);
      if (warmInterfaces < 0) {
        throw new IllegalArgumentException("warm interfaces " + warmInterfaces + " are negative");
      }
    }

    /**
     * A plugin that holds nothing that no pod needs.
     *
     * @param subnetByZone the subnet of a zone's nodes; with custom networking, of its pods
     * @param prefixDelegation whether an interface's slots hold blocks of 16 addresses
     * @param customNetworking whether pods are in other subnets than their node
     */
    public Setup(
        Map<String, Cidr> subnetByZone, boolean prefixDelegation, boolean customNetworking) {
      this(subnetByZone, prefixDelegation, customNetworking, 0);
    }
  }

  /** One interface: what its slots hold, and the address of its own. */
  private static final class Interface {
    private final @Nullable IpAddress own;
    private final List<Cidr> slots;

    /**
     * An interface.
     *
     * @param own its address, which it gives back when it is detached; null if that is the node's
     */
    private Interface(@Nullable IpAddress own, List<Cidr> slots) {
      this.own = own;
      this.slots = new ArrayList<>(slots);
    }
  }

  private record Resting(String node, IpAddress address, Instant until) {}

  private final Setup setup;
  private final long seed;
  private long drawn;
  private final ForkableMap<String, List<Interface>> interfacesByNode;
  private final ForkableMap<String, Set<IpAddress>> podsByNode;
  private final ForkableMap<String, List<IpAddress>> ownByNode;
  private final ForkableMap<IpAddress, Boolean> taken;
  private final List<Resting> resting = new ArrayList<>();

  /**
   * A plugin that has given nothing yet.
   *
   * @param setup how it is set up
   * @param seed the cluster's seed
   */
  public VpcCni(Setup setup, long seed) {
    this(
        setup,
        seed,
        new ForkableMap<>(),
        new ForkableMap<>(),
        new ForkableMap<>(),
        new ForkableMap<>());
  }

  private VpcCni(
      Setup setup,
      long seed,
      ForkableMap<String, List<Interface>> interfacesByNode,
      ForkableMap<String, Set<IpAddress>> podsByNode,
      ForkableMap<String, List<IpAddress>> ownByNode,
      ForkableMap<IpAddress, Boolean> taken) {
    this.setup = setup;
    this.seed = seed;
    this.interfacesByNode = interfacesByNode;
    this.podsByNode = podsByNode;
    this.ownByNode = ownByNode;
    this.taken = taken;
  }

  @Override
  public VpcCni copy() {
    VpcCni copy = new VpcCni(
        setup, seed, interfacesByNode.fork(), podsByNode.fork(), ownByNode.fork(), taken.fork());
    copy.drawn = drawn;
    copy.resting.addAll(resting);
    return copy;
  }

  @Override
  public List<String> assign(Node node, Pod pod, Instant now) {
    freeRested(now);
    noteNode(node);
    String name = node.metadata().name();
    @Nullable IpAddress free = freeInSlots(name);
    if (free == null) {
      free = newSlot(node);
    }
    pods(name).add(free);
    warm(node);
    return List.of(free.toString());
  }

  /**
   * Attaches interfaces, each with all its addresses, until so many are free as are to be kept.
   * What the subnet or the type does not give is not there: no pod waits for it.
   */
  private void warm(Node node) {
    String name = node.metadata().name();
    int perInterface = slotsPerInterface(node) * (setup.prefixDelegation() ? 16 : 1);
    try {
      while (setup.warmInterfaces() > 0
          && free(name) < (long) setup.warmInterfaces() * perInterface) {
        newSlot(node);
      }
      while (setup.warmInterfaces() > 0 && lastHasRoom(node)) {
        newSlot(node);
      }
    } catch (IpamException e) {
      return; // as many as there are
    }
  }

  private boolean lastHasRoom(Node node) {
    List<Interface> interfaces = interfaces(node.metadata().name());
    return interfaces.get(interfaces.size() - 1).slots.size() < slotsPerInterface(node);
  }

  private static int slotsPerInterface(Node node) {
    return limits(node).map(l -> l.addressesPerInterface() - 1).orElse(Integer.MAX_VALUE);
  }

  private static Optional<InstanceLimits> limits(Node node) {
    return InstanceLimits.of(node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, ""));
  }

  /** How many addresses a node holds that no pod has or has had just now. */
  private long free(String node) {
    long held = interfaces(node).stream()
        .flatMap(eni -> eni.slots.stream())
        .mapToLong(slot -> 1L << slot.hostBits())
        .sum();
    return held
        - pods(node).size()
        - resting.stream().filter(r -> r.node().equals(node)).count();
  }

  /** A free address that the node holds already; null if there is none. */
  private @Nullable IpAddress freeInSlots(String node) {
    Set<IpAddress> busy = new HashSet<>(pods(node));
    resting.forEach(r -> busy.add(r.address()));
    for (Interface eni : interfaces(node)) {
      for (Cidr slot : eni.slots) {
        for (long i = 0; i < 1L << slot.hostBits(); i++) {
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
    InstanceLimits limits = limits(node)
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
      room = new Interface(first ? null : draw(subnet), List.of());
      interfaces.add(room);
    }
    try {
      Cidr slot = setup.prefixDelegation() ? drawPrefix(subnet) : Cidr.host(draw(subnet));
      room.slots.add(slot);
      return slot.address();
    } catch (IpamException e) {
      detachEmpty(interfaces);
      throw e;
    }
  }

  /** Interfaces that hold nothing any more go, and their own addresses with them. */
  private void detachEmpty(List<Interface> interfaces) {
    interfaces.removeIf(eni -> {
      if (eni.own == null || !eni.slots.isEmpty()) {
        return false;
      }
      taken.remove(eni.own);
      return true;
    });
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
          int slots = slotsPerInterface(node);
          List<Interface> interfaces = interfaces(name);
          Interface room = interfaces.stream()
              .filter(i -> i.slots.size() < slots)
              .findFirst()
              .orElseGet(() -> {
                Interface added = new Interface(null, List.of());
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
    for (Interface eni : interfaces(nodeName)) {
      eni.slots.forEach(this::giveBack);
      if (eni.own != null) {
        taken.remove(eni.own);
      }
    }
    @Nullable List<IpAddress> own = ownByNode.get(nodeName);
    if (own != null) {
      own.forEach(taken::remove);
    }
    interfacesByNode.remove(nodeName);
    podsByNode.remove(nodeName);
    ownByNode.remove(nodeName);
    resting.removeIf(r -> r.node().equals(nodeName));
  }

  /** Gives back to the subnet what is used and rests no more. */
  private void freeRested(Instant now) {
    List<Resting> rested = resting.stream().filter(r -> !r.until().isAfter(now)).toList();
    resting.removeAll(rested);
    for (String node : rested.stream().map(Resting::node).distinct().toList()) {
      List<Interface> interfaces = interfaces(node);
      for (int i = interfaces.size() - 1; i >= 0; i--) {
        Interface eni = interfaces.get(i);
        if (setup.warmInterfaces() == 0) {
          eni.slots.removeIf(slot -> gaveBackIdle(node, slot));
        } else if (eni.own != null && isSpare(node, eni)) {
          eni.slots.forEach(this::giveBack);
          eni.slots.clear();
        }
      }
      detachEmpty(interfaces);
    }
  }

  private boolean gaveBackIdle(String node, Cidr slot) {
    boolean idle = isIdle(node, slot);
    if (idle) {
      giveBack(slot);
    }
    return idle;
  }

  private boolean isIdle(String node, Cidr slot) {
    return pods(node).stream().noneMatch(slot::contains)
        && resting.stream().noneMatch(r -> slot.contains(r.address()));
  }

  /** Whether no pod is on an interface, and enough would be free without it. */
  private boolean isSpare(String node, Interface eni) {
    long holds = eni.slots.stream().mapToLong(slot -> 1L << slot.hostBits()).sum();
    return free(node) - holds >= setup.warmInterfaces() * holds
        && eni.slots.stream().allMatch(slot -> isIdle(node, slot));
  }

  private void giveBack(Cidr slot) {
    for (long i = 0; i < 1L << slot.hostBits(); i++) {
      taken.remove(slot.at(i));
    }
  }

  /** A node's own addresses are of the same subnets. */
  private void noteNode(Node node) {
    String name = node.metadata().name();
    if (!ownByNode.containsKey(name)) {
      List<IpAddress> own = own(node);
      own.forEach(this::take);
      ownByNode.put(name, own);
    }
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
        interfaces -> new ArrayList<>(
            interfaces.stream().map(i -> new Interface(i.own, i.slots)).toList()));
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
