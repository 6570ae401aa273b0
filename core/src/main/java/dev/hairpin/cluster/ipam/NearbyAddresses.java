package dev.hairpin.cluster.ipam;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives pods addresses where nobody says which plugin does and of which blocks, as in the dump of a
 * live cluster: free ones that follow those of the node's other pods.
 *
 * <p>A new pod has an address of each family that other pods have; where there are no others, of
 * each that its node has. The search begins after the highest address that was seen or given on the
 * node, on a node without pods at the begin of its block or after its own address, and goes up to
 * the first that nobody has. It stays within the block of the node that it began in. So an address
 * is never taken from anybody and lies in the right network as a rule, but which one the real
 * plugin would give is not known, nor whether its subnet had one left.
 */
public final class NearbyAddresses implements PodAddresses {
  private final ForkableMap<String, Map<IpFamily, IpAddress>> lastByNode;
  private final ForkableMap<IpAddress, Boolean> taken;
  private final ForkableMap<IpFamily, Boolean> families;

  /**
   * Addresses beside those that nodes, pods and Services have.
   *
   * @param state the objects
   * @return the addresses, of which no pod has any yet
   */
  public static NearbyAddresses in(ClusterView state) {
    NearbyAddresses addresses =
        new NearbyAddresses(new ForkableMap<>(), new ForkableMap<>(), new ForkableMap<>());
    Stream<String> nodes = state.list(Node.class).stream()
        .flatMap(node -> node.addresses().stream().map(NodeAddress::address));
    Stream<String> pods = state.list(Pod.class).stream().flatMap(pod -> pod.podIps().stream());
    Stream<String> services =
        state.list(Service.class).stream().flatMap(service -> service.spec().clusterIps().stream());
    Stream.of(nodes, pods, services)
        .flatMap(texts -> texts)
        .flatMap(text -> IpAddress.tryParse(text).stream())
        .forEach(address -> addresses.taken.put(address, true));
    return addresses;
  }

  private NearbyAddresses(
      ForkableMap<String, Map<IpFamily, IpAddress>> lastByNode,
      ForkableMap<IpAddress, Boolean> taken,
      ForkableMap<IpFamily, Boolean> families) {
    this.lastByNode = lastByNode;
    this.taken = taken;
    this.families = families;
  }

  @Override
  public NearbyAddresses copy() {
    return new NearbyAddresses(lastByNode.fork(), taken.fork(), families.fork());
  }

  @Override
  public List<String> assign(Node node, Pod pod, Instant now) {
    String name = node.metadata().name();
    List<String> addresses = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      if (families.isEmpty() || families.containsKey(family)) {
        @Nullable IpAddress after = last(name).get(family);
        if (after == null) {
          after = begin(node, family);
        }
        if (after != null) {
          addresses.add(free(node, after).toString());
        }
      }
    }
    if (addresses.isEmpty()) {
      throw new IpamException("node " + name + " has no address and no pod with one");
    }
    return addresses;
  }

  private static @Nullable IpAddress begin(Node node, IpFamily family) {
    return blocks(node)
        .filter(block -> block.family() == family)
        .findFirst()
        .map(block -> block.at(1))
        .or(() -> node.internalIp(family))
        .orElse(null);
  }

  private static Stream<Cidr> blocks(Node node) {
    return node.podCidrs().stream().flatMap(text -> Cidr.tryParseMasked(text).stream());
  }

  private IpAddress free(Node node, IpAddress after) {
    @Nullable
    Cidr block = blocks(node).filter(b -> b.contains(after)).findFirst().orElse(null);
    IpAddress candidate = after;
    for (int tries = taken.size() + 2; tries >= 0; tries--) {
      candidate = candidate.plus(1);
      if (block != null && (!block.contains(candidate) || candidate.equals(block.last()))) {
        candidate = block.at(2); // the first address is the bridge's, and the last for all
      }
      if (!taken.containsKey(candidate)) {
        note(node.metadata().name(), candidate);
        return candidate;
      }
    }
    throw new IpamException("node " + node.metadata().name() + " has no free address in " + block);
  }

  @Override
  public void occupy(Node node, List<String> addresses) {
    for (String text : addresses) {
      IpAddress.tryParse(text).ifPresent(address -> {
        families.put(address.family(), true);
        note(node.metadata().name(), address);
      });
    }
  }

  private void note(String node, IpAddress address) {
    taken.put(address, true);
    last(node).merge(address.family(), address, (a, b) -> a.compareTo(b) > 0 ? a : b);
  }

  private Map<IpFamily, IpAddress> last(String node) {
    @Nullable Map<IpFamily, IpAddress> known = lastByNode.writable(node, EnumMap::new);
    if (known == null) {
      known = new EnumMap<>(IpFamily.class);
      lastByNode.put(node, known);
    }
    return known;
  }

  @Override
  public void release(String nodeName, List<String> addresses, Instant now) {
    addresses.forEach(text -> IpAddress.tryParse(text).ifPresent(taken::remove));
  }

  /** An address given back may be had at once, if its turn comes. */
  @Override
  public boolean isRecovering() {
    return false;
  }

  @Override
  public void forget(String nodeName) {
    lastByNode.remove(nodeName);
  }
}
