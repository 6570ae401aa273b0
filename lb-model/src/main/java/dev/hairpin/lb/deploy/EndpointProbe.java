package dev.hairpin.lb.deploy;

import dev.hairpin.api.Container;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.elb.HealthCheck;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.TargetDescription;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Answers health checks from the cluster's objects, where nobody walks them through the network: a
 * pod answers if it is ready, a node port if kube-proxy would lead it to a ready pod.
 *
 * <p>Every answer of a pod is 200, or what a gRPC server says.
 */
public final class EndpointProbe implements HealthProbe {
  private final Map<String, Pod> pods = new HashMap<>();
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<Integer, Service> byNodePort = new HashMap<>();
  private final Map<ObjectKey, Map<ObjectKey, EndpointSlice>> slices = new HashMap<>();

  /**
   * A probe of a cluster, which it follows from now on.
   *
   * @param state the cluster
   */
  public EndpointProbe(ClusterState state) {
    state.list(Pod.class).forEach(this::add);
    state.list(Node.class).forEach(this::add);
    state.list(Service.class).forEach(this::add);
    state.list(EndpointSlice.class).forEach(this::add);
    state.watch(this::changed);
  }

  private void changed(Change change) {
    KubeObject before = change.before();
    if (before != null) {
      remove(before);
    }
    KubeObject after = change.after();
    if (after != null) {
      add(after);
    }
  }

  private void add(KubeObject object) {
    if (object instanceof Pod pod) {
      pod.podIps().forEach(ip -> pods.put(ip, pod));
    } else if (object instanceof Node node) {
      nodes.put(instanceId(node), node);
    } else if (object instanceof Service service) {
      nodePorts(service).forEach(port -> byNodePort.put(port, service));
    } else if (object instanceof EndpointSlice slice) {
      slices.computeIfAbsent(serviceOf(slice), k -> new TreeMap<>()).put(slice.key(), slice);
    }
  }

  /** An address or port may have gone to another object meanwhile, which keeps it. */
  private void remove(KubeObject object) {
    if (object instanceof Pod pod) {
      pod.podIps().forEach(ip -> pods.remove(ip, pod));
    } else if (object instanceof Node node) {
      nodes.remove(instanceId(node), node);
    } else if (object instanceof Service service) {
      nodePorts(service).forEach(port -> byNodePort.remove(port, service));
    } else if (object instanceof EndpointSlice slice) {
      slices.getOrDefault(serviceOf(slice), new TreeMap<>()).remove(slice.key());
    }
  }

  private static String instanceId(Node node) {
    return node.providerId().substring(node.providerId().lastIndexOf('/') + 1);
  }

  private static ObjectKey serviceOf(EndpointSlice slice) {
    return new ObjectKey("Service", slice.metadata().namespace(), slice.serviceName());
  }

  private static Set<Integer> nodePorts(Service service) {
    Set<Integer> ports = new HashSet<>();
    service.spec().ports().forEach(port -> ports.add(port.nodePort()));
    ports.add(service.spec().healthCheckNodePort());
    ports.remove(0);
    return ports;
  }

  @Override
  public Result probe(Request request) {
    int port = request.destination().port();
    if (request.target().id().startsWith("i-")) {
      return nodePort(request.target().id(), port, request.check());
    }
    Pod pod = pods.get(request.destination().address().toString());
    return pod == null ? new Result.TimedOut() : pod(pod, port, request.check());
  }

  /** Whether a target is a node that is not ready, or none at all. */
  boolean isSilent(TargetDescription target) {
    if (!target.id().startsWith("i-")) {
      return false;
    }
    Node node = nodes.get(target.id());
    return node == null || !node.isReady();
  }

  private static Result pod(Pod pod, int port, HealthCheck check) {
    List<Container> containers = pod.spec().containers();
    boolean declares = containers.stream().anyMatch(c -> !c.ports().isEmpty());
    boolean listens = containers.stream()
        .flatMap(c -> c.ports().stream())
        .anyMatch(p -> p.containerPort() == port);
    return TargetChecks.isUp(pod) && (listens || !declares) ? well(check) : Result.Failed.refused();
  }

  private static Result well(HealthCheck check) {
    return Result.Answered.code(TargetChecks.codeOf(check, true));
  }

  private Result nodePort(String instanceId, int port, HealthCheck check) {
    Node node = nodes.get(instanceId);
    if (node == null || !node.isReady()) {
      return new Result.TimedOut();
    }
    String name = node.metadata().name();
    Service service = byNodePort.get(port);
    if (service == null) {
      return Result.Failed.refused();
    }
    if (service.spec().healthCheckNodePort() == port) {
      return Result.Answered.code(readyEndpoints(service, name) > 0 ? 200 : 503);
    }
    return throughNodePort(service, name, check);
  }

  /** Without any endpoint the rules reject; without one on this node they drop. */
  private Result throughNodePort(Service service, String node, HealthCheck check) {
    if (readyEndpoints(service, "") == 0) {
      return Result.Failed.refused();
    }
    boolean local = service.spec().externalTrafficPolicy() == TrafficPolicy.LOCAL;
    return local && readyEndpoints(service, node) == 0 ? new Result.TimedOut() : well(check);
  }

  /** Ready endpoints of a Service on a node, or on all nodes. */
  private int readyEndpoints(Service service, String node) {
    int count = 0;
    for (EndpointSlice slice : slices.getOrDefault(service.key(), Map.of()).values()) {
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
