package dev.hairpin;

import dev.hairpin.analysis.Kinship;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final ClusterState state;
  private final Map<IpAddress, ObjectKey> ownerOf;
  private final Function<String, Optional<PacketFilter>> filterOf;
  private final Function<Pod, List<Listener>> listeners;

  PodKinship(
      ClusterState state,
      Map<IpAddress, ObjectKey> ownerOf,
      Function<String, Optional<PacketFilter>> filterOf,
      Function<Pod, List<Listener>> listeners) {
    this.state = state;
    this.ownerOf = ownerOf;
    this.filterOf = filterOf;
    this.listeners = listeners;
  }

  @Override
  public Object of(SocketAddress destination, Passage passage) {
    IpAddress address = destination.address();
    Optional<Pod> found = pod(address);
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

  private Optional<Pod> pod(IpAddress address) {
    ObjectKey owner = ownerOf.get(address);
    return owner == null || !owner.kind().equals(Pod.KIND)
        ? Optional.empty()
        : state.get(Pod.class, owner.namespace(), owner.name());
  }

  @Override
  public String nameOf(SocketAddress destination) {
    ObjectKey owner = ownerOf.get(destination.address());
    if (owner == null) {
      throw new IllegalStateException("nobody has the address of " + destination);
    }
    return owner.namespacedName() + ":" + destination.port();
  }
}
