package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.ObjectReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pod is to a Service that selects it. */
final class PodEndpoint {
  private PodEndpoint() {}

  /**
   * Whether a pod counts at all: it has an address and its containers may still run.
   *
   * <p>Source: {@code ShouldPodBeInEndpoints}; whether it is terminating is the caller's question.
   */
  static boolean counts(Pod pod) {
    return !pod.hasEnded() && !pod.podIps().isEmpty();
  }

  /**
   * The endpoint of a pod in the slices of a family; null if it has no address there.
   *
   * @param zone the zone of its node; null if that has none, or is not known
   */
  static @Nullable Endpoint of(Pod pod, @Nullable String zone, Service service, IpFamily family) {
    List<String> addresses = addresses(pod, family);
    if (addresses.isEmpty()) {
      return null;
    }
    boolean serving = pod.isReady();
    boolean terminating = pod.isTerminating();
    boolean ready = service.spec().publishNotReadyAddresses() || (serving && !terminating);
    return new Endpoint(
        addresses,
        ready,
        serving,
        terminating,
        hostname(pod, service),
        pod.spec().nodeName().isEmpty() ? null : pod.spec().nodeName(),
        zone,
        List.of(),
        List.of(),
        reference(pod));
  }

  static ObjectReference reference(Pod pod) {
    return new ObjectReference(
        Pod.KIND,
        pod.metadata().namespace(),
        pod.metadata().name(),
        pod.metadata().uid());
  }

  /** The pod's host name where DNS shall answer to it: under the Service's own name only. */
  static @Nullable String hostname(Pod pod, Service service) {
    boolean named = !pod.spec().hostname().isEmpty()
        && pod.spec().subdomain().equals(service.metadata().name())
        && pod.metadata().namespace().equals(service.metadata().namespace());
    return named ? pod.spec().hostname() : null;
  }

  static List<String> addresses(Pod pod, IpFamily family) {
    List<String> found = new ArrayList<>(1);
    for (String text : pod.podIps()) {
      @Nullable IpAddress address = IpAddress.tryParse(text).orElse(null);
      if (address != null && address.family() == family) {
        found.add(address.toString());
      }
    }
    return found;
  }

  /** The Service's ports as this pod has them; a named port that it lacks is left out. */
  static List<EndpointPort> ports(Pod pod, Service service) {
    List<EndpointPort> found = new ArrayList<>(service.spec().ports().size());
    for (ServicePort port : service.spec().ports()) {
      int number = number(pod, port);
      if (number >= 0) {
        found.add(new EndpointPort(port.name(), port.protocol(), number, port.appProtocol()));
      }
    }
    return found;
  }

  /**
   * The number that a Service's port has in a pod, or -1.
   *
   * <p>Source: {@code FindPort}: containers in order, then sidecars among the init containers; the
   * protocol must match, too.
   */
  static int number(Pod pod, ServicePort port) {
    @Nullable String name = port.targetPort().name();
    if (name == null) {
      return port.targetPort().number();
    }
    for (Container container : pod.spec().containers()) {
      int number = number(container, name, port);
      if (number >= 0) {
        return number;
      }
    }
    for (Container container : pod.spec().initContainers()) {
      int number = "Always".equals(container.restartPolicy()) ? number(container, name, port) : -1;
      if (number >= 0) {
        return number;
      }
    }
    return -1;
  }

  private static int number(Container container, String name, ServicePort port) {
    for (ContainerPort candidate : container.ports()) {
      if (candidate.name().equals(name) && candidate.protocol() == port.protocol()) {
        return candidate.containerPort();
      }
    }
    return -1;
  }

  /** When the pod last became ready or ceased to be; null if it never said. */
  static @Nullable Instant readinessChange(Pod pod) {
    for (Condition condition : pod.conditions()) {
      if (condition.type().equals("Ready")) {
        return condition.lastTransitionTime();
      }
    }
    return null;
  }
}
