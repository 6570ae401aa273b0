package dev.hairpin.lb;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.LintContributor;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Admission;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.controller.Reconciler;
import dev.hairpin.lb.deploy.AccountVpc;
import dev.hairpin.lb.deploy.ElbMirror;
import dev.hairpin.lb.deploy.TargetChecks;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.elb.network.ElbNetwork;
import dev.hairpin.lb.model.Reconciliation;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.Expert;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.time.VirtualClock;
import dev.hairpin.whatif.CapacityModel;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.Load;
import dev.hairpin.whatif.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The running controller of a cluster, and the load balancers that it made.
 *
 * <p>It watches the cluster and works off what a change concerns when the clock next moves, so that
 * its cost follows the change and not the cluster. What goes wrong is tried again after 5 ms, 10 ms
 * and so on up to 1,000 s, as by the controller's work queue.
 */
public final class AwsLoadBalancers
    implements LoadBalancing, Admission, CapacityModel, Expert, LintContributor {
  private static final Duration HEALTH_REQUEUE = Duration.ofSeconds(15);
  private static final Duration FIRST_RETRY = Duration.ofMillis(5);
  private static final Duration LAST_RETRY = Duration.ofSeconds(1000);

  private final ClusterState state;
  private final Aws aws;
  private final ControllerOptions options;
  private final ElasticLoadBalancing elb;
  private final ElbNetwork network;
  private final ElbMirror mirror;
  private final AccountFollower follower;
  private final Reconciler reconciler;
  private final TargetChecks checks;
  private final ControllerWebhooks webhooks;
  private HealthProbe probe;

  private final Set<ObjectKey> dirtyServices = new TreeSet<>();
  private final Set<ObjectKey> dirtyIngresses = new TreeSet<>();
  private final Set<String> dirtyGroups = new TreeSet<>();
  private final Set<ObjectKey> dirtyBindings = new TreeSet<>();
  private final Map<String, Integer> failures = new HashMap<>();
  private final Map<String, Reconciliation> results = new HashMap<>();
  /** What is looked at again later, in the order in which it was put off. */
  private final Set<Retry> retries = new LinkedHashSet<>();

  private boolean scheduled;

  AwsLoadBalancers(ClusterState state, Aws aws, ControllerOptions options, Timings timings) {
    this.state = state;
    this.aws = aws;
    this.options = options;
    AccountVpc vpc = new AccountVpc(aws, state);
    this.checks = new TargetChecks(vpc, state, this::groupsOfBalancer);
    this.probe = checks;
    this.elb = new ElasticLoadBalancing(
        vpc, state.clock(), request -> probe.probe(request), timings, state.seed());
    this.network = new ElbNetwork(elb, state.seed());
    this.follower = new AccountFollower(state, aws, options.clusterName());
    follower.followAll();
    this.mirror = new ElbMirror(aws.elbv2(), elb);
    this.reconciler = new Reconciler(state, aws, options, mirror);
    this.webhooks = new ControllerWebhooks(reconciler);
    reconciler.mergeRepeatedEvents();
    state.watch(this::changed);
    installClass();
    for (Service service : List.copyOf(state.list(Service.class))) {
      dirtyServices.add(service.key());
    }
    for (Ingress ingress : List.copyOf(state.list(Ingress.class))) {
      dirtyIngresses.add(ingress.key());
    }
    for (KubeObject binding : state.list("TargetGroupBinding")) {
      dirtyBindings.add(binding.key());
    }
    schedule();
  }

  /**
   * The same controller and the same load balancers in a fork, at the same point of their lives.
   */
  private AwsLoadBalancers(AwsLoadBalancers other, ClusterState fork) {
    this.state = fork;
    this.aws = other.aws.copy();
    this.options = other.options;
    AccountVpc vpc = new AccountVpc(aws, fork);
    this.checks = new TargetChecks(vpc, fork, this::groupsOfBalancer);
    this.probe = checks;
    this.elb = other.elb.fork(vpc, fork.clock(), request -> probe.probe(request), fork.seed());
    this.network = new ElbNetwork(elb, fork.seed());
    this.follower = new AccountFollower(fork, aws, options.clusterName());
    this.mirror = other.mirror.fork(aws.elbv2(), elb);
    this.reconciler = new Reconciler(other.reconciler, fork, aws, mirror);
    this.webhooks = new ControllerWebhooks(reconciler);
    reconciler.mergeRepeatedEvents();
    dirtyServices.addAll(other.dirtyServices);
    dirtyIngresses.addAll(other.dirtyIngresses);
    dirtyGroups.addAll(other.dirtyGroups);
    dirtyBindings.addAll(other.dirtyBindings);
    failures.putAll(other.failures);
    results.putAll(other.results);
    fork.watch(this::changed);
    other.retries.forEach(this::later);
    schedule();
  }

  /**
   * The controller and the load balancers of a fork of the cluster: what is being provisioned,
   * registered, checked or drained goes on there, independently.
   *
   * @param fork the fork's state
   * @return the component of the fork; its health checks are answered from the objects again
   */
  AwsLoadBalancers fork(ClusterState fork) {
    return new AwsLoadBalancers(this, fork);
  }

  /** The Helm chart brings an IngressClass along. */
  private void installClass() {
    if (!options.ingressClass().isEmpty()
        && state.get(IngressClass.class, "", options.ingressClass()).isEmpty()) {
      state.store(
          new IngressClass(ObjectMeta.of("", options.ingressClass()), "ingress.k8s.aws/alb", null));
    }
  }

  // What happened

  private void changed(Change change) {
    reconciler.note(change);
    KubeObject before = change.before();
    KubeObject after = change.after();
    KubeObject object = change.object();
    if (object instanceof Service service) {
      if (!sameToUs(before, after)) {
        dirtyServices.add(service.key());
        dirtyGroups.addAll(reconciler.groupsOfBackend(service));
        dirtyBindings.addAll(reconciler.bindingsOf(
            service.metadata().namespace(), service.metadata().name()));
      }
      if (before == null) {
        mutate(service);
      }
    } else if (object instanceof Ingress ingress) {
      if (!sameToUs(before, after)) {
        dirtyIngresses.add(ingress.key());
        if (before instanceof Ingress old) {
          dirtyGroups.addAll(Reconciler.groupsHolding(old));
        }
      }
    } else if (object instanceof EndpointSlice slice) {
      dirtyBindings.addAll(
          reconciler.bindingsOf(slice.metadata().namespace(), slice.serviceName()));
    } else if (object instanceof Node node) {
      if (after != null) {
        follower.node(node);
      }
      if (!sameTarget(before, after)) {
        dirtyBindings.addAll(reconciler.bindingsOfType("instance"));
      }
    } else if (object instanceof Pod pod) {
      if (after == null) {
        follower.podGone(pod);
      } else {
        follower.pod(pod);
      }
      if (before == null) {
        mutate(pod);
      }
    } else if (object instanceof IngressClass) {
      state.list(Ingress.class).forEach(i -> dirtyIngresses.add(i.key()));
    } else if (object instanceof GenericObject generic) {
      changed(generic, before, after);
    }
    schedule();
  }

  private void changed(
      GenericObject object, @Nullable KubeObject before, @Nullable KubeObject after) {
    switch (object.kind()) {
      case "TargetGroupBinding" -> {
        if (!sameToUs(before, after)) {
          dirtyBindings.add(object.key());
        }
      }
      case "IngressClassParams" ->
        state.list(Ingress.class).forEach(i -> dirtyIngresses.add(i.key()));
      case "Secret" ->
        state.list(Ingress.class).stream()
            .filter(i -> i.metadata().namespace().equals(object.metadata().namespace()))
            .forEach(i -> dirtyIngresses.add(i.key()));
      default -> {}
    }
  }

  /**
   * The webhooks change new objects. What did not come by the API server that asks them, such as
   * the pods of controllers, is changed right after it was stored.
   */
  private void mutate(KubeObject object) {
    KubeObject admitted = reconciler.mutate(object, null);
    if (admitted != object) {
      state.store(admitted);
    }
  }

  /** Whether a change is one of status and finalizers only, which are mostly our own. */
  private static boolean sameToUs(@Nullable KubeObject before, @Nullable KubeObject after) {
    if (before == null || after == null) {
      return false;
    }
    ObjectMeta a = before.metadata();
    ObjectMeta b = after.metadata();
    if (!a.annotations().equals(b.annotations())
        || !Objects.equals(a.deletionTimestamp(), b.deletionTimestamp())) {
      return false;
    }
    if (!b.finalizers().containsAll(a.finalizers())) {
      return false;
    }
    if (before instanceof Service x && after instanceof Service y) {
      return x.spec().equals(y.spec()) && keepsStatus(x.loadBalancer(), y.loadBalancer());
    }
    if (before instanceof Ingress x && after instanceof Ingress y) {
      return x.withMetadata(b).withLoadBalancer(y.loadBalancer()).equals(y)
          && keepsStatus(x.loadBalancer(), y.loadBalancer());
    }
    return before instanceof GenericObject x
        && after instanceof GenericObject y
        && x.content().equals(y.content());
  }

  /** A writer that takes the status away has it written again. */
  private static boolean keepsStatus(
      List<LoadBalancerIngress> before, List<LoadBalancerIngress> after) {
    return before.isEmpty() || !after.isEmpty();
  }

  private static boolean sameTarget(@Nullable KubeObject before, @Nullable KubeObject after) {
    return before instanceof Node x
        && after instanceof Node y
        && x.metadata().labels().equals(y.metadata().labels())
        && x.taints().equals(y.taints())
        && x.providerId().equals(y.providerId())
        && readiness(x).equals(readiness(y));
  }

  private static String readiness(Node node) {
    return node.conditions().stream()
        .filter(c -> c.type().equals("Ready"))
        .map(c -> c.status())
        .findFirst()
        .orElse("");
  }

  // Working it off

  private void schedule() {
    boolean idle = dirtyServices.isEmpty()
        && dirtyIngresses.isEmpty()
        && dirtyGroups.isEmpty()
        && dirtyBindings.isEmpty();
    if (!scheduled && !idle) {
      scheduled = true;
      state.clock().after(Duration.ZERO, this::work);
    }
  }

  private void work() {
    scheduled = false;
    for (ObjectKey key : taken(dirtyServices)) {
      String item = "service " + key.namespacedName();
      Optional<Reconciliation> result = reconciler.service(key);
      result.ifPresentOrElse(
          r -> finished(item, r, new Work.OfService(key)), () -> forgotten(item));
    }
    Set<String> groups = new TreeSet<>(taken(dirtyGroups));
    for (ObjectKey key : taken(dirtyIngresses)) {
      reconciler
          .groupsConcerning(key, groups)
          .ifPresent(r -> results.put("ingress " + key.namespacedName(), r));
    }
    for (String id : groups) {
      finished("ingressGroup " + id, reconciler.group(id), new Work.OfGroup(id));
    }
    for (ObjectKey key : taken(dirtyBindings)) {
      String item = "targetGroupBinding " + key.namespacedName();
      Optional<Reconciliation> failure = reconciler.binding(key);
      failure.ifPresentOrElse(
          r -> finished(item, r, new Work.OfBinding(key)), () -> forgotten(item));
    }
    for (ObjectKey key : reconciler.takeUnsettled()) {
      later(HEALTH_REQUEUE, new Work.OfBinding(key));
    }
    schedule();
  }

  private static <T> List<T> taken(Set<T> set) {
    List<T> items = new ArrayList<>(set);
    set.clear();
    return items;
  }

  /** A piece of work that is to be done again. */
  private sealed interface Work {
    record OfService(ObjectKey key) implements Work {}

    record OfGroup(String id) implements Work {}

    record OfBinding(ObjectKey key) implements Work {}
  }

  /** Work that waits for its time; compared by identity, since the same may wait twice. */
  private static final class Retry {
    final Instant due;
    final Work work;

    Retry(Instant due, Work work) {
      this.due = due;
      this.work = work;
    }
  }

  private void finished(String item, Reconciliation result, Work again) {
    results.put(item, result);
    if (result.error() == null) {
      failures.remove(item);
      return;
    }
    int count = failures.merge(item, 1, Integer::sum);
    Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(count - 1, 20));
    later(delay.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : delay, again);
  }

  private void forgotten(String item) {
    results.remove(item);
    failures.remove(item);
  }

  private void later(Duration delay, Work work) {
    later(new Retry(state.clock().now().plus(delay), work));
  }

  private void later(Retry retry) {
    retries.add(retry);
    state.clock().after(Duration.between(state.clock().now(), retry.due), () -> {
      retries.remove(retry);
      if (retry.work instanceof Work.OfService service) {
        dirtyServices.add(service.key());
      } else if (retry.work instanceof Work.OfGroup group) {
        dirtyGroups.add(group.id());
      } else if (retry.work instanceof Work.OfBinding binding) {
        dirtyBindings.add(binding.key());
      }
      schedule();
    });
  }

  // Asking

  /**
   * The account as the controller keeps it.
   *
   * @return the account; not a copy
   */
  public Aws aws() {
    return aws;
  }

  /**
   * Elastic Load Balancing itself, with the health of targets.
   *
   * @return where the load balancers live
   */
  public ElasticLoadBalancing elb() {
    return elb;
  }

  /**
   * The flags of the controller.
   *
   * @return the flags
   */
  public ControllerOptions options() {
    return options;
  }

  /**
   * Says who answers health checks from now on. Until then they are walked through the network of
   * the cluster that the add-on is installed in, if a component such as kube-proxy gives its nodes
   * their rules, and else answered from the objects.
   *
   * @param newProbe answers health checks
   */
  public void answerHealthChecksWith(HealthProbe newProbe) {
    this.probe = newProbe;
  }

  /**
   * What the controller wants for a Service or an Ingress, and what went wrong.
   *
   * @param kind {@code service} or {@code ingressGroup}
   * @param id {@code namespace/name}, or the name of a group
   * @return the last result, if there is one
   */
  public Optional<Reconciliation> result(String kind, String id) {
    return Optional.ofNullable(results.get(kind + " " + id));
  }

  /**
   * What a change of the cluster would do in AWS; nothing is done.
   *
   * @param change makes the change in a fork of the cluster that it is given
   * @return what would be created, changed, replaced and deleted, why, and what clients notice
   */
  public Plan plan(Consumer<ClusterState> change) {
    ClusterState fork = state.fork(new VirtualClock(state.clock().now()));
    Aws copy = aws.copy();
    Reconciler trial = new Reconciler(reconciler, fork, copy, null);
    fork.watch(trial::note);
    trial.reconcileAll();
    Aws settled = copy.copy();
    ClusterState stateBefore = fork.fork(new VirtualClock(state.clock().now()));
    change.accept(fork);
    List<Reconciliation> trialResults = trial.reconcileAll();
    return new PlanBuilder(settled, copy, stateBefore, fork).build(trialResults);
  }

  @Override
  public Map<String, ?> mutate(Map<String, ?> tree, @Nullable KubeObject stored) {
    return webhooks.mutate(tree, stored);
  }

  @Override
  public void validate(KubeObject object, @Nullable KubeObject stored) {
    webhooks.validate(object, stored);
  }

  private List<String> groupsOfBalancer(IpAddress address) {
    return elb.loadBalancerAt(address).map(lb -> lb.config().securityGroups()).orElse(List.of());
  }

  @Override
  public void checkHealthBy(HealthChecks walks) {
    checks.walkBy(walks);
  }

  /** Capacity units and cost of each load balancer, and the fullest quotas. */
  @Override
  public List<Figure> figures(Load load) {
    List<Figure> figures = new ArrayList<>(new BalancerCapacity(elb, aws.ec2()).figures(load));
    results.forEach((item, result) -> {
      if (result.error() != null) {
        figures.add(Figure.of(Metric.BALANCER_FAILED, item, 1, 0, Figure.How.EXACT)
            .in(item)
            .because(result.error()));
      }
    });
    return figures;
  }

  @Override
  public Optional<List<IpAddress>> addressesOf(String name) {
    return network.addressesOf(name);
  }

  @Override
  public Optional<BalancerNode> at(IpAddress address) {
    return network.at(address);
  }

  @Override
  public void whenDrained(Consumer<Drained> told) {
    elb.whenDrained((group, target) -> Draining.ended(group, target).ifPresent(told));
  }

  @Override
  public Map<String, String> drainingFor(KubeObject object, int seconds) {
    return Draining.setting(object, seconds);
  }

  @Override
  public Optional<Explanation> explain(KubeObject object) {
    return advice().explain(object);
  }

  @Override
  public Explanation refine(Failure attempt) {
    return advice().refine(attempt);
  }

  @Override
  public void lint(Consumer<Finding> found) {
    advice().lint(found);
  }

  private LoadBalancerAdvice advice() {
    return new LoadBalancerAdvice(state, aws, elb, item -> Optional.ofNullable(results.get(item)));
  }
}
