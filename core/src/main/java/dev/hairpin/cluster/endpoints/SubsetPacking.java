package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Packs addresses with ports into the fewest {@link EndpointSubset}s: ports that the same addresses
 * have in the same state share a subset.
 *
 * <p>Source: {@code RepackSubsets} of {@code pkg/api/v1/endpoints}. The original orders subsets and
 * their ports by a hash of their memory; here they go by port number, protocol and name. Addresses
 * are ordered by their text, then by uid, as in the original.
 */
final class SubsetPacking {
  /** The order of addresses in a subset. */
  static final Comparator<EndpointAddress> BY_IP = Comparator.comparing(EndpointAddress::ip)
      .thenComparing(
          address -> address.targetRef() == null ? "" : address.targetRef().uid());

  private static final Comparator<EndpointPort> BY_NUMBER = Comparator.comparingInt(
          SubsetPacking::number)
      .thenComparing(EndpointPort::protocol)
      .thenComparing(port -> port.name() == null ? "" : port.name());

  /** One pod in the packing: two pods may have one address and are told apart by uid. */
  private record AddressKey(String ip, String uid) implements Comparable<AddressKey> {
    @Override
    public int compareTo(AddressKey other) {
      int byIp = ip.compareTo(other.ip);
      return byIp != 0 ? byIp : uid.compareTo(other.uid);
    }
  }

  /** Stands for the port of addresses without ports, as headless Services may have them. */
  private static final EndpointPort NO_PORT = new EndpointPort("", Protocol.TCP, -1, null);

  private final Map<AddressKey, EndpointAddress> addresses = new TreeMap<>();
  private final Map<EndpointPort, Map<AddressKey, Boolean>> readyByPort = new LinkedHashMap<>();

  /** The canonical form of subsets that people wrote: the same addresses with the same ports. */
  static List<EndpointSubset> repacked(List<EndpointSubset> subsets) {
    SubsetPacking packing = new SubsetPacking();
    for (EndpointSubset subset : subsets) {
      List<EndpointPort> ports = subset.ports().isEmpty() ? List.of(NO_PORT) : subset.ports();
      for (EndpointPort port : ports) {
        subset.addresses().forEach(address -> packing.add(address, port, true));
        subset.notReadyAddresses().forEach(address -> packing.add(address, port, false));
      }
    }
    return packing.subsets();
  }

  void addWithoutPort(EndpointAddress address, boolean ready) {
    add(address, NO_PORT, ready);
  }

  /** Adds an address; if it is added twice for a port, not ready wins. */
  void add(EndpointAddress address, EndpointPort port, boolean ready) {
    AddressKey key = new AddressKey(
        address.ip(), address.targetRef() == null ? "" : address.targetRef().uid());
    addresses.putIfAbsent(key, address);
    readyByPort.computeIfAbsent(port, p -> new TreeMap<>()).merge(key, ready, Boolean::logicalAnd);
  }

  List<EndpointSubset> subsets() {
    Map<Map<AddressKey, Boolean>, List<EndpointPort>> portsByAddresses = new LinkedHashMap<>();
    readyByPort.forEach((port, ready) ->
        portsByAddresses.computeIfAbsent(ready, r -> new ArrayList<>()).add(port));
    List<EndpointSubset> subsets = new ArrayList<>();
    portsByAddresses.forEach((ready, ports) -> subsets.add(subset(ready, ports)));
    subsets.sort(
        Comparator.comparing(s -> s.ports().isEmpty() ? NO_PORT : s.ports().get(0), BY_NUMBER));
    return subsets;
  }

  private EndpointSubset subset(Map<AddressKey, Boolean> ready, List<EndpointPort> ports) {
    List<EndpointAddress> up = new ArrayList<>();
    List<EndpointAddress> down = new ArrayList<>();
    ready.forEach((key, isReady) -> {
      @Nullable EndpointAddress address = addresses.get(key);
      if (address != null) {
        (isReady ? up : down).add(address);
      }
    });
    List<EndpointPort> real =
        ports.stream().filter(p -> !p.equals(NO_PORT)).sorted(BY_NUMBER).toList();
    return new EndpointSubset(up, down, real);
  }

  private static int number(EndpointPort port) {
    return port.port() == null ? -1 : port.port();
  }
}
