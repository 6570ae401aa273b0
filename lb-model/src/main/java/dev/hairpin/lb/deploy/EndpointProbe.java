package dev.hairpin.lb.deploy;

import dev.hairpin.api.Container;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.elb.HealthProbe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers health checks from the cluster's objects, where nobody walks them through the network: a
 * pod answers if it is ready, a node port if kube-proxy would lead it to a ready pod.
 *
 * <p>Every HTTP answer of a pod is 200.
 */
public final class EndpointProbe implements HealthProbe {
  private final ClusterState state;
  private final Map<String, Pod> pods = new HashMap<>();
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<Integer, Service> byNodePort = new HashMap<>();
  private final Map<String, List<EndpointSlice>> slices = new HashMap<>();
  private long version = -1;

  /**
   * A probe of a cluster.
   *
   * @param state the cluster
   */
  public EndpointProbe(ClusterState state) {
    this.state = state;
  }

  @Override
  public Result probe(Request request) {
    refresh();
    int port = request.destination().port();
    if (request.target().id().startsWith("i-")) {
      return nodePort(request.target().id(), port);
    }
    Pod pod = pods.get(request.destination().address().toString());
    return pod == null ? new Result.TimedOut() : pod(pod, port);
  }

  /** Looks at the objects anew when they changed. */
  private void refresh() {
    if (version == state.resourceVersion()) {
      return;
    }
    version = state.resourceVersion();
    pods.clear();
    nodes.clear();
    byNodePort.clear();
    slices.clear();
    state.list(Pod.class).forEach(p -> p.podIps().forEach(ip -> pods.put(ip, p)));
    for (Node node : state.list(Node.class)) {
      String id = node.providerId();
      nodes.put(id.substring(id.lastIndexOf('/') + 1), node);
    }
    for (Service service : state.list(Service.class)) {
      for (ServicePort port : service.spec().ports()) {
        byNodePort.put(port.nodePort(), service);
      }
      byNodePort.put(service.spec().healthCheckNodePort(), service);
    }
    for (EndpointSlice slice : state.list(EndpointSlice.class)) {
      slices
          .computeIfAbsent(
              slice.metadata().namespace() + "/" + slice.serviceName(), k -> new ArrayList<>())
          .add(slice);
    }
  }

  private static Result pod(Pod pod, int port) {
    List<Container> containers = pod.spec().containers();
    boolean declares = containers.stream().anyMatch(c -> !c.ports().isEmpty());
    boolean listens = containers.stream()
        .flatMap(c -> c.ports().stream())
        .anyMatch(p -> p.containerPort() == port);
    boolean up = pod.isReady()
        || pod.conditions().stream()
            .anyMatch(c -> c.type().equals("ContainersReady") && c.isTrue());
    return up && (listens || !declares) ? Result.Answered.code(200) : Result.Failed.refused();
  }

  private Result nodePort(String instanceId, int port) {
    Node node = nodes.get(instanceId);
    if (node == null || !node.isReady()) {
      return new Result.TimedOut();
    }
    String name = node.metadata().name();
    Service service = port == 0 ? null : byNodePort.get(port);
    if (service == null) {
      return Result.Failed.refused();
    }
    if (service.spec().healthCheckNodePort() == port) {
      return Result.Answered.code(readyEndpoints(service, name) > 0 ? 200 : 503);
    }
    return throughNodePort(service, name);
  }

  /** Without any endpoint the rules reject; without one on this node they drop. */
  private Result throughNodePort(Service service, String node) {
    if (readyEndpoints(service, "") == 0) {
      return Result.Failed.refused();
    }
    boolean local = service.spec().externalTrafficPolicy() == TrafficPolicy.LOCAL;
    return local && readyEndpoints(service, node) == 0
        ? new Result.TimedOut()
        : Result.Answered.code(200);
  }

  /** Ready endpoints of a Service on a node, or on all nodes. */
  private int readyEndpoints(Service service, String node) {
    int count = 0;
    for (EndpointSlice slice : slices.getOrDefault(service.key().namespacedName(), List.of())) {
      for (Endpoint endpoint : slice.endpoints()) {
        boolean ready = endpoint.ready() == null || endpoint.ready();
        if (ready && (node.isEmpty() || node.equals(endpoint.nodeName()))) {
          count++;
        }
      }
    }
    return count;
  }
}
