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
import java.util.List;
import java.util.Optional;

/**
 * Answers health checks from the cluster's objects, where nobody walks them through the network: a
 * pod answers if it is ready, a node port if kube-proxy would lead it to a ready pod.
 *
 * <p>Every HTTP answer of a pod is 200.
 */
public final class EndpointProbe implements HealthProbe {
  private final ClusterState state;

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
    int port = request.destination().port();
    String address = request.destination().address().toString();
    if (request.target().id().startsWith("i-")) {
      return nodePort(request.target().id(), port);
    }
    for (Pod pod : state.list(Pod.class)) {
      if (pod.podIps().contains(address)) {
        return pod(pod, port);
      }
    }
    return new Result.TimedOut();
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
    Optional<Node> node = state.list(Node.class).stream()
        .filter(n -> n.providerId().endsWith("/" + instanceId))
        .findFirst();
    if (node.isEmpty() || !node.get().isReady()) {
      return new Result.TimedOut();
    }
    String name = node.get().metadata().name();
    for (Service service : state.list(Service.class)) {
      if (service.spec().healthCheckNodePort() == port && port != 0) {
        return Result.Answered.code(readyEndpoints(service, name) > 0 ? 200 : 503);
      }
      for (ServicePort servicePort : service.spec().ports()) {
        if (servicePort.nodePort() == port && port != 0) {
          return throughNodePort(service, name);
        }
      }
    }
    return Result.Failed.refused();
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
    for (EndpointSlice slice : state.list(EndpointSlice.class)) {
      if (!slice.serviceName().equals(service.metadata().name())
          || !slice.metadata().namespace().equals(service.metadata().namespace())) {
        continue;
      }
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
