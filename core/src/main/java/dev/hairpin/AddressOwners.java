package dev.hairpin;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which pod or node has an address. Pods in their node's network have none of their own; they are
 * found by the node.
 */
final class AddressOwners {
  private final ClusterState state;
  private final Map<IpAddress, ObjectKey> ownerOf = new HashMap<>();

  /** By node, and there by name, so that they start to listen in the same order every time. */
  private final Map<String, Map<String, ObjectKey>> hostNetworkPods = new HashMap<>();

  AddressOwners(ClusterState state) {
    this.state = state;
    state.list(Node.class).forEach(this::add);
    state.list(Pod.class).forEach(this::add);
  }

  /**
   * The addresses that an object has for itself, IPv4 first: none for a pod that ended or uses its
   * node's, and for whatever is neither pod nor node.
   */
  static List<IpAddress> addressesOf(KubeObject object) {
    List<IpAddress> addresses = new ArrayList<>(2);
    for (IpFamily family : IpFamily.values()) {
      if (object instanceof Pod pod) {
        if (!pod.hasEnded() && !pod.spec().hostNetwork()) {
          pod.ip(family).ifPresent(addresses::add);
        }
      } else if (object instanceof Node node) {
        node.internalIp(family).ifPresent(addresses::add);
      }
    }
    return addresses;
  }

  /** Takes note of a pod or node that changed, came (nothing before) or went (nothing after). */
  void changed(@Nullable KubeObject before, @Nullable KubeObject after) {
    if (before != null) {
      addressesOf(before).forEach(a -> ownerOf.remove(a, before.key()));
      if (before instanceof Pod pod) {
        Map<String, ObjectKey> pods = hostNetworkPods.get(pod.spec().nodeName());
        if (pods != null) {
          pods.remove(pod.key().namespacedName());
        }
      }
    }
    if (after != null) {
      add(after);
    }
  }

  private void add(KubeObject object) {
    addressesOf(object).forEach(a -> ownerOf.put(a, object.key()));
    if (object instanceof Pod pod && pod.spec().hostNetwork()) {
      hostNetworkPods
          .computeIfAbsent(pod.spec().nodeName(), n -> new TreeMap<>())
          .put(pod.key().namespacedName(), pod.key());
    }
  }

  /** The pod or node that has an address. */
  Optional<ObjectKey> of(IpAddress address) {
    return Optional.ofNullable(ownerOf.get(address));
  }

  /** The pod that has an address of its own. */
  Optional<Pod> podAt(IpAddress address) {
    return of(address)
        .filter(owner -> owner.kind().equals(Pod.KIND))
        .flatMap(owner -> state.get(Pod.class, owner.namespace(), owner.name()));
  }

  /** The pods in a node's network, by name. */
  Collection<ObjectKey> hostNetworkPodsOn(String node) {
    return hostNetworkPods.getOrDefault(node, Map.of()).values();
  }

  /** The node on which a server with an address runs; empty if the cluster has none. */
  String nodeAt(IpAddress address) {
    ObjectKey owner = ownerOf.get(address);
    if (owner == null) {
      return "";
    }
    return owner.kind().equals(Node.KIND)
        ? owner.name()
        : podAt(address).map(pod -> pod.spec().nodeName()).orElse("");
  }
}
