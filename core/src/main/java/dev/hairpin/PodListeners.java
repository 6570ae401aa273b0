package dev.hairpin;

import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Pod;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;

/**
 * On which ports the containers of pods listen: on those that they name; if they name none, on
 * those that EndpointSlices give for the pod.
 */
final class PodListeners {
  private PodListeners() {}

  /** A port on which a pod listens. */
  record Port(Protocol protocol, int number) {}

  /** The ports of a pod that runs, given slices among which those with its addresses are. */
  static List<Port> of(Pod pod, Iterable<EndpointSlice> slices) {
    if (!pod.phase().equals("Running") || isDown(pod)) {
      return List.of();
    }
    List<Port> ports = named(pod);
    if (!ports.isEmpty()) {
      return ports;
    }
    for (EndpointSlice slice : slices) {
      if (slice.metadata().namespace().equals(pod.metadata().namespace())
          && slice.endpoints().stream()
              .anyMatch(e -> e.addresses().stream().anyMatch(pod.podIps()::contains))) {
        slice.ports().stream()
            .filter(p -> p.port() != null)
            .forEach(p -> ports.add(new Port(p.protocol(), p.port())));
      }
    }
    return ports;
  }

  /** Whether all containers are known to have ended, as in the time after a node's restart. */
  private static boolean isDown(Pod pod) {
    return !pod.containerStatuses().isEmpty()
        && pod.containerStatuses().stream()
            .allMatch(c -> c.state() instanceof ContainerStatus.Terminated);
  }

  /** Whether a pod names no ports, so that it listens on those of its EndpointSlices. */
  static boolean followEndpoints(Pod pod) {
    return named(pod).isEmpty();
  }

  private static List<Port> named(Pod pod) {
    List<Container> containers = new ArrayList<>(pod.spec().containers());
    pod.spec().initContainers().stream()
        .filter(c -> "Always".equals(c.restartPolicy()))
        .forEach(containers::add);
    List<Port> ports = new ArrayList<>();
    for (Container container : containers) {
      for (ContainerPort port : container.ports()) {
        ports.add(new Port(port.protocol(), port.containerPort()));
      }
    }
    return ports;
  }
}
