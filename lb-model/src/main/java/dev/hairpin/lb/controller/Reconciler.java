package dev.hairpin.lb.controller;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.AwsException;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetHealth;
import dev.hairpin.lb.controller.Bindings.Bound;
import dev.hairpin.lb.controller.IngressGroups.Group;
import dev.hairpin.lb.deploy.ElbMirror;
import dev.hairpin.lb.model.Reconciliation;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.lb.options.FeatureGate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The three loops of the controller: Services, IngressGroups, TargetGroupBindings.
 *
 * <p>Source: {@code controllers} of v2.8.2, for the order of steps and the events.
 */
public final class Reconciler {
  private static final String SERVICE_FINALIZER = "service.k8s.aws/resources";

  private final Environment env;
  private final SecurityGroups securityGroups;
  private final IngressGroups ingressGroups;
  private final Bindings bindings;
  private final EndpointIndex endpoints;
  private final NodeRules nodeRules;
  private final TargetBinder binder;
  private final StackDeployer deployer;
  private final Webhooks webhooks;
  private final Set<ObjectKey> unsettled = new TreeSet<>();
  /** The groups that an Ingress belonged to or left when it was last looked at. */
  private final Map<ObjectKey, Set<GroupId>> groupsOfIngress = new HashMap<>();

  private final Map<GroupId, TreeSet<ObjectKey>> ingressesOfGroup = new HashMap<>();

  /**
   * A controller that has just started.
   *
   * @param state the cluster
   * @param aws the account
   * @param options the flags
   * @param mirror where what is deployed becomes true; null to keep the books only
   */
  public Reconciler(
      ClusterState state, Aws aws, ControllerOptions options, @Nullable ElbMirror mirror) {
    this.env = new Environment(state, aws, options, new EventLog(state));
    this.securityGroups = new SecurityGroups(env);
    this.ingressGroups = new IngressGroups(env);
    this.bindings = new Bindings(env);
    this.endpoints = new EndpointIndex(state);
    this.nodeRules = new NodeRules(env, bindings);
    this.binder = new TargetBinder(env, bindings, nodeRules, endpoints, targets(aws, mirror));
    this.deployer = new StackDeployer(env, bindings, binder, mirror);
    this.webhooks = new Webhooks(env, ingressGroups, bindings);
    state.list(Ingress.class).forEach(this::index);
  }

  /**
   * The same controller over copies, in which a change can be tried without anybody noticing.
   *
   * @param other the controller
   * @param fork a fork of its cluster
   * @param copy a copy of its account
   * @param mirror where what is deployed becomes true in the copy; null to keep the books only
   */
  public Reconciler(Reconciler other, ClusterState fork, Aws copy, @Nullable ElbMirror mirror) {
    this.env = new Environment(fork, copy, other.env.options(), new EventLog(fork));
    this.securityGroups = new SecurityGroups(env, other.securityGroups);
    this.ingressGroups = new IngressGroups(env);
    this.bindings = new Bindings(env);
    this.endpoints = new EndpointIndex(fork);
    this.nodeRules = new NodeRules(env, bindings, other.nodeRules);
    this.binder = new TargetBinder(env, bindings, nodeRules, endpoints, targets(copy, mirror));
    this.deployer = new StackDeployer(env, bindings, binder, mirror);
    this.webhooks = new Webhooks(env, ingressGroups, bindings);
    fork.list(Ingress.class).forEach(this::index);
    unsettled.addAll(other.unsettled);
  }

  private static TargetBinder.LiveTargets targets(Aws aws, @Nullable ElbMirror mirror) {
    return new TargetBinder.LiveTargets() {
      @Override
      public TargetHealth healthOf(String targetGroupArn, Target target) {
        return mirror == null || aws.elbv2().fixedHealth(target.id()).isPresent()
            ? fixedHealth(aws, target)
            : mirror.healthOf(targetGroupArn, target);
      }

      @Override
      public void changed(String targetGroupArn) {
        if (mirror != null) {
          mirror.applyTargets(targetGroupArn);
        }
      }
    };
  }

  /**
   * The health that an account fixes for a target, or that of one that was just registered.
   *
   * @param aws the account
   * @param target the target
   * @return its health
   */
  static TargetHealth fixedHealth(Aws aws, Target target) {
    String state = aws.elbv2()
        .fixedHealth(target.id())
        .or(() -> aws.elbv2().fixedHealth(target.toString()))
        .orElse("initial");
    return switch (state) {
      case "healthy" -> TargetHealth.HEALTHY;
      case "unhealthy" ->
        new TargetHealth(
            TargetHealth.State.UNHEALTHY, "Target.FailedHealthChecks", "Health checks failed");
      case "draining" -> TargetHealth.DEREGISTERING;
      case "unused" -> TargetHealth.NOT_IN_USE;
      case "unavailable" -> new TargetHealth(TargetHealth.State.UNAVAILABLE, "", "");
      default -> TargetHealth.REGISTERING;
    };
  }

  /**
   * What the webhooks make of an object.
   *
   * @param object the object as it is to be stored
   * @param old the object as it is stored; null if it is new
   * @return the object, perhaps changed
   * @throws dev.hairpin.lb.model.AdmissionException if it is refused
   */
  public KubeObject admit(KubeObject object, @Nullable KubeObject old) {
    KubeObject changed = webhooks.mutate(object, old);
    webhooks.validate(changed, old);
    return changed;
  }

  /**
   * What the mutating webhooks make of an object.
   *
   * @param object the object as it is to be stored
   * @param old the object as it is stored; null if it is new
   * @return the object, perhaps changed
   * @throws dev.hairpin.lb.model.AdmissionException if it is refused
   */
  public KubeObject mutate(KubeObject object, @Nullable KubeObject old) {
    return webhooks.mutate(object, old);
  }

  /**
   * Asks the validating webhooks about an object.
   *
   * @param object the object as it is to be stored
   * @param old the object as it is stored; null if it is new
   * @throws dev.hairpin.lb.model.AdmissionException if it is refused
   */
  public void validate(KubeObject object, @Nullable KubeObject old) {
    webhooks.validate(object, old);
  }

  /**
   * The class that a LoadBalancer Service without one gets.
   *
   * @param old the Service as it is stored; null if it is new
   * @return the class; null if it stays without
   */
  public @Nullable String classFor(@Nullable Service old) {
    return webhooks.classFor(old);
  }

  /**
   * Takes note of a change of the cluster without acting on it.
   *
   * @param change the change
   */
  public void note(Change change) {
    KubeObject after = change.after();
    KubeObject before = change.before();
    if (change.object() instanceof EndpointSlice) {
      if (before instanceof EndpointSlice slice) {
        endpoints.remove(slice);
      }
      if (after instanceof EndpointSlice slice) {
        endpoints.put(slice);
      }
    } else if (change.object() instanceof Ingress ingress) {
      if (after == null) {
        unindex(ingress.key());
      } else {
        index(ingress);
      }
    } else if (change.object() instanceof Node) {
      binder.nodesChanged();
    } else if (change.key().kind().equals(Bindings.KIND)) {
      if (after == null) {
        bindings.forget(change.key());
      } else {
        bindings.note(after);
      }
    }
  }

  private void unindex(ObjectKey key) {
    Set<GroupId> old = groupsOfIngress.remove(key);
    if (old != null) {
      for (GroupId id : old) {
        TreeSet<ObjectKey> keys = ingressesOfGroup.get(id);
        if (keys != null && keys.remove(key) && keys.isEmpty()) {
          ingressesOfGroup.remove(id);
        }
      }
    }
  }

  private void index(Ingress ingress) {
    Set<GroupId> groups = new TreeSet<>(IngressGroups.groupsToFinalize(ingress));
    try {
      ingressGroups.groupOf(ingress).ifPresent(groups::add);
    } catch (IngressGroups.InvalidClass | IngressGroups.InvalidGroup | ReconcileException e) {
      // It belongs to no group that could be reconciled; groupsOf reports why.
      groups.addAll(groupsOfIngress.getOrDefault(ingress.key(), Set.of()));
    }
    if (!groups.equals(groupsOfIngress.get(ingress.key()))) {
      unindex(ingress.key());
      groupsOfIngress.put(ingress.key(), groups);
      groups.forEach(
          id -> ingressesOfGroup.computeIfAbsent(id, i -> new TreeSet<>()).add(ingress.key()));
    }
  }

  /** Leaves out an event that says the same of an object as the one before it. */
  public void mergeRepeatedEvents() {
    env.mergeRepeatedEvents();
  }

  // All at once

  /**
   * Reconciles everything once: Services by key, IngressGroups by id, TargetGroupBindings by key.
   *
   * @return what came of it, in that order
   */
  public List<Reconciliation> reconcileAll() {
    List<Reconciliation> results = new ArrayList<>();
    if (env.enabled(FeatureGate.ENABLE_SERVICE_CONTROLLER)) {
      for (Service service : List.copyOf(env.state().list(Service.class))) {
        service(service).ifPresent(results::add);
      }
    }
    Set<GroupId> ids = new TreeSet<>();
    for (Ingress ingress : List.copyOf(env.state().list(Ingress.class))) {
      index(ingress);
      groupsOf(ingress, ids).ifPresent(results::add);
    }
    for (GroupId id : ids) {
      results.add(group(id));
    }
    for (Bound bound : bindings.all()) {
      binding(bound.key()).ifPresent(results::add);
    }
    return results;
  }

  // Services

  /**
   * Reconciles a Service.
   *
   * @param key the Service
   * @return what came of it; nothing if it is not the controller's
   */
  public Optional<Reconciliation> service(ObjectKey key) {
    return env.state().get(Service.class, key.namespace(), key.name()).flatMap(this::service);
  }

  private Optional<Reconciliation> service(Service service) {
    boolean supported = isSupported(service);
    boolean marked = service.metadata().finalizers().contains(SERVICE_FINALIZER);
    if (!supported && !marked) {
      return Optional.empty();
    }
    String id = service.key().namespacedName();
    NlbModel.Built built;
    try {
      built = supported
          ? NlbModel.build(env, securityGroups, service)
          : new NlbModel.Built(emptied(service), false);
    } catch (ReconcileException e) {
      report(service.key(), "service", "FailedBuildModel", "Failed build model due to ", e);
      return Optional.of(Reconciliation.failed("service", id, null, text(e)));
    }
    Service stored = service;
    if (supported && !marked) {
      stored = store(service, with(service.metadata().finalizers(), SERVICE_FINALIZER));
    }
    LoadBalancer lb;
    try {
      lb = deployer.deploy(built.stack());
    } catch (ReconcileException | AwsException e) {
      report(service.key(), "service", "FailedDeployModel", "Failed deploy model due to ", e);
      return Optional.of(Reconciliation.failed("service", id, built.stack(), text(e)));
    }
    if (!built.usesBackendGroup()) {
      securityGroups.releaseBackend(NlbModel.user(service));
    }
    if (lb == null) {
      Service cleared =
          stored.loadBalancer().isEmpty() ? stored : stored.withLoadBalancer(List.of());
      finish(cleared.withMetadata(cleared
          .metadata()
          .withFinalizers(without(cleared.metadata().finalizers(), SERVICE_FINALIZER))));
    } else {
      List<LoadBalancerIngress> status = status(lb);
      if (!stored.loadBalancer().equals(status)) {
        env.state().store(stored.withLoadBalancer(status));
      }
      succeeded(service.key(), "service");
    }
    return Optional.of(Reconciliation.done("service", id, built.stack()));
  }

  /** Source: {@code pkg/service/service_utils.go}. The type alone does not matter. */
  private boolean isSupported(Service service) {
    if (service.metadata().deletionTimestamp() != null) {
      return false;
    }
    boolean loadBalancer = service.spec().type() == ServiceType.LOAD_BALANCER;
    if (env.enabled(FeatureGate.SERVICE_TYPE_LOAD_BALANCER_ONLY) && !loadBalancer) {
      return false;
    }
    String wanted = service.spec().loadBalancerClass();
    if (wanted != null) {
      return wanted.equals(env.options().loadBalancerClass());
    }
    Annotations annotations = Annotations.ofService(service.metadata().annotations());
    String type = annotations.string("aws-load-balancer-type", "");
    if (type.equals("nlb-ip")) {
      return true;
    }
    String targetType = annotations.string("aws-load-balancer-nlb-target-type", "");
    return type.equals("external") && (targetType.equals("ip") || targetType.equals("instance"));
  }

  /** A stack without anything, unless its load balancer is protected. */
  private static Stack emptied(Service service) {
    String value = Annotations.ofService(service.metadata().annotations())
        .map("aws-load-balancer-attributes")
        .get("deletion_protection.enabled");
    if (value != null && Go.parseBool(value)) {
      throw new ReconcileException("deletion_protection is enabled, cannot delete the service: "
          + service.metadata().name());
    }
    return new Stack(Stack.Kind.SERVICE, service.key().namespacedName());
  }

  // IngressGroups

  /**
   * Collects the groups that a change of an Ingress concerns.
   *
   * @param ingress the Ingress
   * @param ids where to put the groups
   * @return a failure if its class or group is wrong
   */
  Optional<Reconciliation> groupsOf(Ingress ingress, Set<GroupId> ids) {
    Optional<Reconciliation> failure = Optional.empty();
    try {
      ingressGroups.groupOf(ingress).ifPresent(ids::add);
    } catch (IngressGroups.InvalidClass | IngressGroups.InvalidGroup | ReconcileException e) {
      report(ingress.key(), "ingress", "FailedLoadGroupID", "failed load groupID due to ", e);
      failure = Optional.of(
          Reconciliation.failed("ingress", ingress.key().namespacedName(), null, text(e)));
    }
    ids.addAll(IngressGroups.groupsToFinalize(ingress));
    return failure;
  }

  /**
   * Collects the groups that an Ingress belongs to or leaves.
   *
   * @param key the Ingress
   * @param ids where to put the groups' ids
   * @return a failure if its class or group is wrong, which is also reported as an event
   */
  public Optional<Reconciliation> groupsConcerning(ObjectKey key, Set<String> ids) {
    Optional<Ingress> ingress = env.state().get(Ingress.class, key.namespace(), key.name());
    if (ingress.isEmpty()) {
      return Optional.empty();
    }
    Set<GroupId> groups = new TreeSet<>();
    index(ingress.get());
    Optional<Reconciliation> failure = groupsOf(ingress.get(), groups);
    groups.forEach(id -> ids.add(id.toString()));
    return failure;
  }

  /**
   * The groups that hold resources for an Ingress.
   *
   * @param ingress the Ingress
   * @return the groups' ids
   */
  public static Set<String> groupsHolding(Ingress ingress) {
    Set<String> ids = new TreeSet<>();
    IngressGroups.groupsToFinalize(ingress).forEach(id -> ids.add(id.toString()));
    return ids;
  }

  /**
   * Reconciles a group.
   *
   * @param id its name, or {@code namespace/name} of an Ingress alone
   * @return what came of it
   */
  public Reconciliation group(String id) {
    int slash = id.indexOf('/');
    return group(
        slash < 0
            ? GroupId.explicit(id)
            : new GroupId(id.substring(0, slash), id.substring(slash + 1)));
  }

  private Reconciliation group(GroupId id) {
    Group group;
    try {
      group = ingressGroups.load(id, candidates(id));
    } catch (ReconcileException e) {
      return Reconciliation.failed("ingressGroup", id.toString(), null, text(e));
    }
    for (IngressGroups.Member member : group.members()) {
      mark(member.ingress(), id.finalizer());
    }
    NlbModel.Built built;
    try {
      built = AlbModel.build(env, securityGroups, group);
    } catch (ReconcileException e) {
      reportAll(group, "FailedBuildModel", "Failed build model due to ", e);
      return Reconciliation.failed("ingressGroup", id.toString(), null, text(e));
    }
    LoadBalancer lb;
    try {
      lb = deployer.deploy(built.stack());
    } catch (ReconcileException | AwsException e) {
      reportAll(group, "FailedDeployModel", "Failed deploy model due to ", e);
      return Reconciliation.failed("ingressGroup", id.toString(), built.stack(), text(e));
    }
    if (!built.usesBackendGroup()) {
      securityGroups.releaseBackend(AlbModel.user(id));
    }
    if (lb != null) {
      List<LoadBalancerIngress> status = status(lb);
      for (IngressGroups.Member member : group.members()) {
        current(member.ingress())
            .filter(i -> !i.loadBalancer().equals(status))
            .ifPresent(i -> noteIngress(i.withLoadBalancer(status)));
      }
    }
    for (Ingress ingress : group.leaving()) {
      current(ingress).ifPresent(i -> {
        Ingress left = i.withMetadata(
            i.metadata().withFinalizers(without(i.metadata().finalizers(), id.finalizer())));
        finish(left);
        if (env.state().get(left.key()).isPresent()) {
          index(left);
        } else {
          unindex(left.key());
        }
      });
    }
    for (IngressGroups.Member member : group.members()) {
      succeeded(member.ingress().key(), "ingress");
    }
    return Reconciliation.done("ingressGroup", id.toString(), built.stack());
  }

  private List<Ingress> candidates(GroupId id) {
    List<Ingress> result = new ArrayList<>();
    for (ObjectKey key : ingressesOfGroup.getOrDefault(id, new TreeSet<>())) {
      env.state().get(Ingress.class, key.namespace(), key.name()).ifPresent(result::add);
    }
    return result;
  }

  private Optional<Ingress> current(Ingress ingress) {
    return env.state()
        .get(Ingress.class, ingress.metadata().namespace(), ingress.metadata().name());
  }

  private void mark(Ingress ingress, String finalizer) {
    current(ingress)
        .filter(i -> !i.metadata().finalizers().contains(finalizer))
        .ifPresent(i -> noteIngress(i.withMetadata(
            i.metadata().withFinalizers(with(i.metadata().finalizers(), finalizer)))));
  }

  private void noteIngress(Ingress ingress) {
    env.state().store(ingress);
    index(ingress);
  }

  // TargetGroupBindings

  /**
   * Reconciles a binding.
   *
   * @param key the binding
   * @return a failure, or nothing
   */
  public Optional<Reconciliation> binding(ObjectKey key) {
    Optional<Bound> bound = bindings.find(key);
    if (bound.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (bound.get().object().metadata().deletionTimestamp() != null) {
        binder.delete(bound.get());
      } else if (!binder.reconcile(bound.get())) {
        unsettled.add(key);
      }
      return Optional.empty();
    } catch (ReconcileException | AwsException e) {
      return Optional.of(
          Reconciliation.failed("targetGroupBinding", key.namespacedName(), null, text(e)));
    }
  }

  /**
   * The bindings that must be looked at again, since a pod or target is not ready yet.
   *
   * @return those that were found since this was last asked
   */
  public Set<ObjectKey> takeUnsettled() {
    Set<ObjectKey> keys = new TreeSet<>(unsettled);
    unsettled.clear();
    return keys;
  }

  /**
   * The bindings of a Service.
   *
   * @param namespace the Service's namespace
   * @param service the Service's name
   * @return the bindings
   */
  public List<ObjectKey> bindingsOf(String namespace, String service) {
    return bindings.ofService(namespace, service);
  }

  /**
   * The bindings of a target type.
   *
   * @param targetType {@code instance} or {@code ip}
   * @return the bindings
   */
  public List<ObjectKey> bindingsOfType(String targetType) {
    return bindings.all().stream()
        .filter(b -> b.binding().targetType().equals(targetType))
        .map(Bound::key)
        .toList();
  }

  /**
   * The groups with an Ingress that sends to a Service.
   *
   * @param service the Service
   * @return the groups' ids
   */
  public Set<String> groupsOfBackend(Service service) {
    Set<String> ids = new TreeSet<>();
    for (Map.Entry<ObjectKey, Set<GroupId>> entry : new TreeMap<>(groupsOfIngress).entrySet()) {
      ObjectKey key = entry.getKey();
      if (!key.namespace().equals(service.metadata().namespace())) {
        continue;
      }
      env.state()
          .get(Ingress.class, key.namespace(), key.name())
          .filter(i -> sendsTo(i, service.metadata().name()))
          .ifPresent(i -> entry.getValue().forEach(id -> ids.add(id.toString())));
    }
    return ids;
  }

  private static boolean sendsTo(Ingress ingress, String service) {
    var defaultBackend = ingress.defaultBackend();
    return (defaultBackend != null && defaultBackend.serviceName().equals(service))
        || ingress.rules().stream()
            .flatMap(r -> r.paths().stream())
            .anyMatch(p -> p.backend().serviceName().equals(service))
        || ingress.metadata().annotations().entrySet().stream()
            .anyMatch(e -> e.getKey().startsWith(Annotations.INGRESS_PREFIX + "actions.")
                && e.getValue().contains('"' + service + '"'));
  }

  // Objects

  private static List<LoadBalancerIngress> status(LoadBalancer lb) {
    return List.of(new LoadBalancerIngress("", lb.dnsName(), null));
  }

  private Service store(Service service, List<String> finalizers) {
    return (Service)
        env.state().store(service.withMetadata(service.metadata().withFinalizers(finalizers)));
  }

  /** Stores an object, or lets it go if it waited for its last finalizer only. */
  private void finish(KubeObject object) {
    if (object.metadata().deletionTimestamp() != null
        && object.metadata().finalizers().isEmpty()) {
      env.state().remove(object.key());
    } else {
      env.state().store(object);
    }
  }

  private static List<String> with(List<String> list, String item) {
    List<String> more = new ArrayList<>(list);
    more.add(item);
    return more;
  }

  private static List<String> without(List<String> list, String item) {
    return list.stream().filter(i -> !i.equals(item)).toList();
  }

  // Events

  private void succeeded(ObjectKey key, String reporter) {
    env.report(key, false, "SuccessfullyReconciled", "Successfully reconciled", reporter);
  }

  private void report(
      ObjectKey key, String reporter, String reason, String prefix, RuntimeException e) {
    env.report(key, true, reason, prefix + text(e), reporter);
  }

  private void reportAll(Group group, String reason, String prefix, RuntimeException e) {
    for (IngressGroups.Member member : group.members()) {
      report(member.ingress().key(), "ingress", reason, prefix, e);
    }
  }

  private static String text(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }
}
