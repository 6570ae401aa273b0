package dev.hairpin;

import dev.hairpin.analysis.Kinship;
import dev.hairpin.api.Pod;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Pods are kin if they are on one node, listen alike, and no rules on the way tell them apart.
 *
 * <p>Rules are those of the nodes that the packet was on, through which answers come back, and of
 * the pod's own node. A pod that sent the packet itself, and whatever is no pod with an address of
 * its own, has no kin.
 */
final class PodKinship implements Kinship {

  private record Kin(String node, boolean listens, List<Object> likeness) {}

  private final AddressOwners owners;
  private final Function<String, Optional<PacketFilter>> filterOf;
  private final Function<Pod, List<Listener>> listeners;

  PodKinship(
      AddressOwners owners,
      Function<String, Optional<PacketFilter>> filterOf,
      Function<Pod, List<Listener>> listeners) {
    this.owners = owners;
    this.filterOf = filterOf;
    this.listeners = listeners;
  }

  @Override
  public Object of(SocketAddress destination, Passage passage) {
    IpAddress address = destination.address();
    Optional<Pod> found = owners.podAt(address);
    List<Host> way = passage.way();
    if (found.isEmpty() || way.stream().anyMatch(host -> host.isLocal(address))) {
      return new Object();
    }
    Pod pod = found.get();
    String node = pod.spec().nodeName();
    List<Object> likeness = new ArrayList<>(2);
    for (Host host : way) {
      if (!host.name().equals(node)) {
        host.filter().ifPresent(rules -> likeness.add(rules.likeness(address)));
      }
    }
    filterOf.apply(node).ifPresent(rules -> likeness.add(rules.likeness(address)));
    boolean listens = listeners.apply(pod).stream()
        .anyMatch(l ->
            l.port() == destination.port() && l.protocol() == passage.packet().protocol());
    return new Kin(node, listens, likeness);
  }

  @Override
  public String nameOf(SocketAddress destination) {
    return owners
        .of(destination.address())
        .map(owner -> owner.namespacedName() + ":" + destination.port())
        .orElseThrow(() -> new IllegalStateException("nobody has the address of " + destination));
  }
}
