package dev.hairpin.lb.controller;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.Taint;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetHealth;
import dev.hairpin.lb.controller.Bindings.Bound;
import dev.hairpin.lb.options.FeatureGate;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Registers the pods or nodes of a Service as the targets of a target group.
 *
 * <p>Source: {@code pkg/targetgroupbinding/resource_manager.go} and
 * {@code pkg/backend/endpoint_resolver.go} of v2.8.2.
 */
final class TargetBinder {
  private static final String REPORTER = "targetGroupBinding";
  private static final String GATE_PREFIX = "target-health.elbv2.k8s.aws/";
  private static final Pattern INSTANCE_ID = Pattern.compile("i-[^/]*");

  /** Labels whose presence keeps a node from being a target. */
  private static final List<String> EXCLUDING_LABELS = List.of(
      "node-role.kubernetes.io/master",
      "node.kubernetes.io/exclude-from-external-load-balancers",
      "alpha.service-controller.kubernetes.io/exclude-balancer");

  private static final String TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";

  private final Environment env;
  private final Bindings bindings;
  private final NodeRules nodeRules;
  private final EndpointIndex endpoints;
  private final LiveTargets health;

  /** The instances that bindings with a node selector register, until nodes change. */
  private final Map<Map<String, String>, List<String>> instances = new HashMap<>();

  TargetBinder(
      Environment env,
      Bindings bindings,
      NodeRules nodeRules,
      EndpointIndex endpoints,
      LiveTargets health) {
    this.env = env;
    this.bindings = bindings;
    this.nodeRules = nodeRules;
    this.endpoints = endpoints;
    this.health = health;
  }

  /** The targets as the load balancers have them. */
  interface LiveTargets {
    /** What a load balancer thinks of a target. */
    TargetHealth healthOf(String targetGroupArn, Target target);

    /** The books say other targets than before. */
    void changed(String targetGroupArn);
  }

  /** The readiness gate of pods that are targets of a binding. */
  static String gateOf(ObjectKey binding) {
    return GATE_PREFIX + binding.name();
  }

  /** Reconciles a binding; false if it must be looked at again before it is settled. */
  boolean reconcile(Bound bound) {
    env.requireRights();
    Bound marked = withFinalizer(bound);
    if (marked.binding().targetType().isEmpty()) {
      throw new ReconcileException(
          "targetType is not specified: " + marked.key().namespacedName());
    }
    boolean settled =
        marked.binding().targetType().equals("ip") ? reconcilePods(marked) : reconcileNodes(marked);
    if (settled) {
      env.report(
          marked.key(), false, "SuccessfullyReconciled", "Successfully reconciled", REPORTER);
    }
    return settled;
  }

  private Bound withFinalizer(Bound bound) {
    List<String> finalizers = bound.object().metadata().finalizers();
    if (finalizers.contains(Bindings.FINALIZER)) {
      return bound;
    }
    List<String> more = new ArrayList<>(finalizers);
    more.add(Bindings.FINALIZER);
    GenericObject object =
        bound.object().withMetadata(bound.object().metadata().withFinalizers(more));
    bindings.store(object);
    return new Bound(object, bound.binding());
  }

  /** Deregisters the targets of a binding and removes it. */
  void delete(Bound bound) {
    cleanUp(bound);
    bindings.remove(bound.key());
  }

  private void cleanUp(Bound bound) {
    String arn = bound.targetGroupArn();
    env.elbv2().deregisterTargets(arn, List.copyOf(env.elbv2().targets(arn)));
    health.changed(arn);
    nodeRules.close(bound.key());
    String gate = gateOf(bound.key());
    for (Pod pod : env.state().list(Pod.class).stream()
        .filter(p -> p.spec().readinessGates().contains(gate)
            && p.metadata().namespace().equals(bound.object().metadata().namespace()))
        .toList()) {
      setCondition(
          pod,
          new Condition(
              gate,
              "True",
              "",
              "Target Group Binding is deleted",
              env.state().clock().now()));
    }
  }

  /** The Service and its port, or nothing with an event if one of them is gone. */
  private @Nullable ServicePort servicePort(Bound bound) {
    String namespace = bound.object().metadata().namespace();
    String name = bound.binding().serviceName();
    Optional<Service> service = env.state().get(Service.class, namespace, name);
    String problem;
    if (service.isEmpty()) {
      problem = "services " + Go.quoted(name) + " not found";
    } else {
      try {
        return ServicePorts.find(service.get(), bound.binding().servicePort());
      } catch (ReconcileException e) {
        problem = e.getMessage();
      }
    }
    env.report(bound.key(), true, "BackendNotFound", "backend not found: " + problem, REPORTER);
    cleanUp(bound);
    return null;
  }

  // Instance mode

  private boolean reconcileNodes(Bound bound) {
    ServicePort port = servicePort(bound);
    if (port == null) {
      return true;
    }
    String namespace = bound.object().metadata().namespace();
    Service service = env.state()
        .get(Service.class, namespace, bound.binding().serviceName())
        .orElseThrow(() -> new ReconcileException("services not found"));
    if (service.spec().type() != ServiceType.NODE_PORT
        && service.spec().type() != ServiceType.LOAD_BALANCER) {
      throw new ReconcileException("service type must be either 'NodePort' or 'LoadBalancer': "
          + service.key().namespacedName());
    }
    List<String> instances = instances(bound.binding().nodeSelector());
    SortedSet<Target> wanted = new TreeSet<>();
    instances.forEach(id -> wanted.add(new Target(id, port.nodePort(), "")));
    nodeRules.openNodes(bound.key(), bound.binding(), instances);
    synchronise(bound.targetGroupArn(), wanted);
    return true;
  }

  /** Nodes have changed, so that other ones may be targets. */
  void nodesChanged() {
    instances.clear();
  }

  /** The instances of the nodes that are to be targets; bindings mostly ask for the same ones. */
  private List<String> instances(@Nullable Map<String, String> selector) {
    return instances.computeIfAbsent(
        selector == null ? Map.of() : selector,
        s -> targetNodes(s).stream().map(TargetBinder::instanceId).toList());
  }

  /** Ready nodes, or those that may be ready if there are no others. */
  private List<Node> targetNodes(Map<String, String> selector) {
    List<Node> ready = new ArrayList<>();
    List<Node> unknown = new ArrayList<>();
    for (Node node : env.state().list(Node.class)) {
      if (!isSuitable(node, selector)) {
        continue;
      }
      switch (readiness(node)) {
        case "True" -> ready.add(node);
        case "Unknown" -> unknown.add(node);
        default -> {}
      }
    }
    return ready.isEmpty() && env.enabled(FeatureGate.ENDPOINTS_FAIL_OPEN) ? unknown : ready;
  }

  private static boolean isSuitable(Node node, Map<String, String> selector) {
    Map<String, String> labels = node.metadata().labels();
    for (String label : EXCLUDING_LABELS) {
      if (labels.containsKey(label)) {
        return false;
      }
    }
    if ("fargate".equals(labels.get("eks.amazonaws.com/compute-type"))) {
      return false;
    }
    if (!labels.entrySet().containsAll(selector.entrySet())) {
      return false;
    }
    for (Taint taint : node.taints()) {
      if (taint.key().equals(TO_BE_DELETED)) {
        return false;
      }
    }
    return true;
  }

  private static String readiness(Node node) {
    for (Condition condition : node.conditions()) {
      if (condition.type().equals("Ready")) {
        return condition.status();
      }
    }
    return "False";
  }

  private static String instanceId(Node node) {
    String providerId = node.providerId();
    if (providerId.isEmpty()) {
      throw new ReconcileException(
          "providerID is not specified for node: " + node.metadata().name());
    }
    String last = providerId.substring(providerId.lastIndexOf('/') + 1);
    if (!INSTANCE_ID.matcher(last).matches()) {
      throw new ReconcileException("providerID "
          + providerId
          + " is invalid for EC2 instances, node: "
          + node.metadata().name());
    }
    return last;
  }

  // IP mode

  private boolean reconcilePods(Bound bound) {
    ServicePort port = servicePort(bound);
    if (port == null) {
      return true;
    }
    String gate = gateOf(bound.key());
    PodTargets targets = podTargets(bound, port, gate);
    String arn = bound.targetGroupArn();
    Map<String, Target> existing = new TreeMap<>();
    for (Target target : env.elbv2().targets(arn)) {
      if (health.healthOf(arn, target).state() != TargetHealth.State.DRAINING) {
        existing.put(target.toString(), target);
      }
    }
    boolean networked = true;
    try {
      nodeRules.openPods(bound.key(), bound.binding(), targets.pods());
    } catch (ReconcileException e) {
      env.report(
          bound.key(), true, "FailedNetworkReconcile", String.valueOf(e.getMessage()), REPORTER);
      networked = false;
    }
    synchronise(arn, new TreeSet<>(targets.targets.values()));
    boolean allHealthy = true;
    for (Map.Entry<String, Target> entry : targets.targets.entrySet()) {
      Target known = existing.get(entry.getKey());
      TargetHealth state = known == null ? TargetHealth.REGISTERING : health.healthOf(arn, known);
      Pod pod = targets.podOf.get(entry.getKey());
      allHealthy &= pod == null || tell(pod, gate, state);
    }
    return allHealthy && !targets.mayGrow && networked;
  }

  /** The pods that are to be targets, and whether there may soon be more. */
  private static final class PodTargets {
    final Map<String, Target> targets = new TreeMap<>();
    final Map<String, Pod> podOf = new TreeMap<>();
    boolean mayGrow;

    Collection<Pod> pods() {
      Map<ObjectKey, Pod> distinct = new LinkedHashMap<>();
      podOf.values().forEach(p -> distinct.put(p.key(), p));
      return distinct.values();
    }

    void add(Target target, Pod pod) {
      targets.put(target.toString(), target);
      podOf.put(target.toString(), pod);
    }
  }

  private PodTargets podTargets(Bound bound, ServicePort servicePort, String gate) {
    String namespace = bound.object().metadata().namespace();
    PodTargets ready = new PodTargets();
    PodTargets unknown = new PodTargets();
    String family = bound.binding().ipAddressType().equals("ipv6") ? "IPv6" : "IPv4";
    for (EndpointSlice slice : endpoints.of(namespace, bound.binding().serviceName())) {
      if (!slice.addressType().equals(family)) {
        continue;
      }
      for (EndpointPort port : slice.ports()) {
        String name = port.name() == null ? "" : port.name();
        Integer number = port.port();
        if (number == null
            || (!servicePort.name().isEmpty() && !servicePort.name().equals(name))) {
          continue;
        }
        for (Endpoint endpoint : slice.endpoints()) {
          consider(namespace, endpoint, number, gate, ready, unknown);
        }
      }
    }
    if (ready.targets.isEmpty() && env.enabled(FeatureGate.ENDPOINTS_FAIL_OPEN)) {
      unknown.mayGrow = ready.mayGrow;
      return unknown;
    }
    return ready;
  }

  private void consider(
      String namespace,
      Endpoint endpoint,
      int port,
      String gate,
      PodTargets ready,
      PodTargets unknown) {
    ObjectReference reference = endpoint.targetRef();
    if (reference == null
        || !reference.kind().equals("Pod")
        || endpoint.addresses().isEmpty()) {
      return;
    }
    Optional<Pod> found = env.state().get(Pod.class, namespace, reference.name());
    if (found.isEmpty()) {
      ready.mayGrow = true;
      return;
    }
    Pod pod = found.get();
    Target target = target(endpoint.addresses().get(0), port);
    // Unlike kube-proxy, the controller does not take an endpoint of unknown readiness for ready.
    if (Boolean.TRUE.equals(endpoint.ready())) {
      ready.add(target, pod);
      return;
    }
    boolean containersReady =
        pod.conditions().stream().anyMatch(c -> c.type().equals("ContainersReady") && c.isTrue());
    if (!containersReady) {
      ready.mayGrow |= pod.spec().readinessGates().contains(gate);
      return;
    }
    Optional<Node> node = env.state().get(Node.class, "", pod.spec().nodeName());
    if (node.isEmpty()) {
      return;
    }
    switch (readiness(node.get())) {
      case "True" -> {
        if (!Boolean.TRUE.equals(endpoint.terminating())) {
          ready.add(target, pod);
        }
      }
      case "Unknown" -> unknown.add(target, pod);
      default -> {}
    }
  }

  private Target target(String ip, int port) {
    boolean inVpc = IpAddress.tryParse(ip).map(a -> env.aws().vpc().contains(a)).orElse(false);
    return new Target(ip, port, inVpc ? "" : "all");
  }

  /** Takes out what is stale, then puts in what is new; what drains already counts as gone. */
  private void synchronise(String arn, SortedSet<Target> wanted) {
    List<Target> stale = new ArrayList<>();
    for (Target target : env.elbv2().targets(arn)) {
      if (!wanted.remove(target)) {
        stale.add(target);
      }
    }
    if (!stale.isEmpty()) {
      env.elbv2().deregisterTargets(arn, stale);
    }
    if (!wanted.isEmpty()) {
      env.elbv2().registerTargets(arn, wanted);
    }
    health.changed(arn);
  }

  /** Writes a target's health to its pod's readiness gate; true if it is well or has no gate. */
  private boolean tell(Pod pod, String gate, TargetHealth state) {
    if (!pod.spec().readinessGates().contains(gate)) {
      return true;
    }
    setCondition(
        pod,
        new Condition(
            gate,
            state.isHealthy() ? "True" : "False",
            state.reason(),
            state.description(),
            env.state().clock().now()));
    return state.isHealthy();
  }

  private void setCondition(Pod pod, Condition condition) {
    List<Condition> conditions = new ArrayList<>();
    Condition kept = condition;
    for (Condition old : pod.conditions()) {
      if (!old.type().equals(condition.type())) {
        conditions.add(old);
      } else if (old.status().equals(condition.status())) {
        if (old.reason().equals(condition.reason()) && old.message().equals(condition.message())) {
          return;
        }
        kept = new Condition(
            condition.type(),
            condition.status(),
            condition.reason(),
            condition.message(),
            old.lastTransitionTime());
      }
    }
    conditions.add(kept);
    env.state().store(pod.withConditions(conditions));
  }
}
