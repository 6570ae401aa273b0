package dev.hairpin;

import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.NodeFilters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What kube-proxy listens on on each node: health checks of its own and of Services. */
final class NodeServers {
  /** The process that listens. */
  static final String PROCESS = "kube-proxy";

  private final ClusterState state;
  private final List<AddOn.Component> components;

  /** By node, for the nodes of the network itself, not of its copies. */
  private final Map<String, List<Listener>> listening = new HashMap<>();

  /** The same on all nodes where no component says what it listens on; null when to be found. */
  private @Nullable List<Listener> healthCheckPorts;

  NodeServers(ClusterState state, List<AddOn.Component> components) {
    this.state = state;
    this.components = components;
  }

  /** A Service changed, and with it perhaps its health check node port. */
  void serviceChanged() {
    healthCheckPorts = null;
  }

  /** What a node of a copy of the network listens on. */
  List<Listener> of(String node) {
    boolean proxied = false;
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters) {
        List<Listener> servers = filters.servers(node);
        if (!servers.isEmpty()) {
          return servers;
        }
        proxied = true;
      }
    }
    return proxied ? List.of() : healthCheckPorts();
  }

  /** Starts what a new node of the network itself listens on. */
  void start(Host node) {
    List<Listener> now = of(node.name());
    listening.put(node.name(), now);
    now.forEach(node::listen);
  }

  /** Starts and stops what a node of the network itself listens on, if it has changed. */
  @SuppressWarnings("ReferenceEquality") // servers that did not change are the same object
  void renew(Host node) {
    List<Listener> now = of(node.name());
    if (now != listening.put(node.name(), now)) {
      node.stopListening(PROCESS);
      now.forEach(node::listen);
    }
  }

  /** A node of the network itself is gone. */
  void forget(String node) {
    listening.remove(node);
  }

  /** What a server answers to an HTTP request; nothing if no component knows. */
  OptionalInt httpStatus(String node, int port, String path) {
    return components.stream()
        .filter(NodeFilters.class::isInstance)
        .map(c -> ((NodeFilters) c).httpStatus(node, port, path))
        .filter(OptionalInt::isPresent)
        .findFirst()
        .orElse(OptionalInt.empty());
  }

  private List<Listener> healthCheckPorts() {
    List<Listener> known = healthCheckPorts;
    if (known == null) {
      known = state.list(Service.class).stream()
          .map(service -> service.spec().healthCheckNodePort())
          .filter(port -> port != 0)
          .map(port -> new Listener(PROCESS, Protocol.TCP, null, port))
          .toList();
      healthCheckPorts = known;
    }
    return known;
  }
}
