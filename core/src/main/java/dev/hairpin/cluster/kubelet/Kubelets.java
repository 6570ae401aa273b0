package dev.hairpin.cluster.kubelet;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.control.WorkQueue;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.environment.EnvironmentAdvice;
import dev.hairpin.cluster.environment.EnvironmentException;
import dev.hairpin.cluster.ipam.IpamException;
import dev.hairpin.cluster.ipam.PodAddresses;
import dev.hairpin.collect.ForkableMap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kubelets of all nodes of a cluster.
 *
 * <p>A pod that has a node gets its addresses and starts, is ready after a while, and when its end
 * is asked for it goes through its hooks and its grace period and then leaves. Nothing runs: the
 * probes are switches ({@link #setReady}). A pod that already runs when the kubelets start, as in a
 * snapshot of a real cluster, is left as it is. A node that is lost ({@link #stop}) does nothing
 * any more. Single-writer, like the state.
 */
public final class Kubelets {
  private static final String REPORTER = "kubelet";

  /** How long after a failure a pod is tried again, {@code backOffPeriod}; without its jitter. */
  private static final Duration BACK_OFF = Duration.ofSeconds(10);

  /** The exit code of a program that got the signal 9. */
  private static final int KILLED = 137;

  /** The exit code that is shown where nobody knows the real one. */
  private static final int LOST = 255;

  private final ClusterState state;
  private final Timing timing;
  private final PodAddresses addresses;
  private final WorkQueue<ObjectKey> starting;
  private final WorkQueue<ObjectKey> backingOff;
  private final WorkQueue<ObjectKey> sandboxes;
  private final WorkQueue<ObjectKey> probing;
  private final WorkQueue<ObjectKey> stopping;
  private final WorkQueue<ObjectKey> statusOf;
  private final ForkableMap<ObjectKey, List<Service>> servicesAtStart;
  private final Map<String, List<Service>> servicesNow = new HashMap<>();
  private final Set<ObjectKey> notReady = new HashSet<>();
  private final Set<ObjectKey> waiting = new LinkedHashSet<>();
  private final Set<String> stopped = new HashSet<>();

  private Kubelets(
      ClusterState state,
      Timing timing,
      PodAddresses addresses,
      ForkableMap<ObjectKey, List<Service>> servicesAtStart) {
    this.state = state;
    this.timing = timing;
    this.addresses = addresses;
    this.servicesAtStart = servicesAtStart;
    this.starting = new WorkQueue<>(state.clock(), timing.podStart(), this::start);
    this.backingOff = new WorkQueue<>(state.clock(), BACK_OFF, this::startAgain);
    this.sandboxes = new WorkQueue<>(state.clock(), timing.podStart(), this::renew);
    this.probing = new WorkQueue<>(state.clock(), timing.readiness(), this::becomeReady);
    this.stopping = new WorkQueue<>(state.clock(), timing.programStop(), this::remove);
    this.statusOf = new WorkQueue<>(state.clock(), Duration.ZERO, this::refreshReady);
    state.watch(this::changed);
  }

  /**
   * Starts the kubelets on a state, whatever it holds.
   *
   * @param state the cluster
   * @param timing how long things take
   * @param addresses gives pods their addresses
   * @return the kubelets
   */
  public static Kubelets start(ClusterState state, Timing timing, PodAddresses addresses) {
    Kubelets kubelets = new Kubelets(state, timing, addresses, new ForkableMap<>());
    for (Pod pod : state.list(Pod.class)) {
      if (hasOwnAddress(pod)) {
        kubelets.node(pod).ifPresent(node -> addresses.occupy(node, pod.podIps()));
      }
      kubelets.note(pod);
    }
    return kubelets;
  }

  /**
   * Starts kubelets on a fork of the cluster that go on where these are: with the same addresses
   * given, the same probes switched off, and pods in the midst of starting and stopping.
   *
   * @param copy the fork
   * @return the fork's kubelets
   */
  public Kubelets fork(ClusterState copy) {
    Kubelets fork = new Kubelets(copy, timing, addresses.copy(), servicesAtStart.fork());
    fork.continueFrom(this);
    return fork;
  }

  private void continueFrom(Kubelets original) {
    servicesNow.putAll(original.servicesNow);
    notReady.addAll(original.notReady);
    waiting.addAll(original.waiting);
    stopped.addAll(original.stopped);
    starting.continueFrom(original.starting);
    backingOff.continueFrom(original.backingOff);
    sandboxes.continueFrom(original.sandboxes);
    probing.continueFrom(original.probing);
    stopping.continueFrom(original.stopping);
    statusOf.continueFrom(original.statusOf);
  }

  private void changed(Change change) {
    KubeObject object = change.object();
    if (object instanceof Pod pod) {
      if (change.before() instanceof Pod before
          && hasOwnAddress(before)
          && (change.after() == null || pod.hasEnded())) {
        release(before);
      }
      if (change.after() == null) {
        forget(pod);
      } else {
        note(pod);
      }
    } else if (object instanceof Service) {
      servicesNow.remove(object.metadata().namespace());
    } else if (object instanceof Node node) {
      if (change.after() == null) {
        addresses.forget(node.metadata().name());
      } else {
        retry();
      }
    } else if (object.kind().equals("ConfigMap") || object.kind().equals("Secret")) {
      retry();
    }
  }

  private void note(Pod pod) {
    if (pod.spec().nodeName().isEmpty() || stopped.contains(pod.spec().nodeName())) {
      return;
    }
    if (pod.isTerminating() && pod.hasEnded()) {
      stopping.addAfter(pod.key(), Duration.ZERO);
    } else if (pod.isTerminating()) {
      stopping.addAfter(pod.key(), stopTime(pod));
    } else if (pod.phase().equals("Pending") && pod.podIps().isEmpty()) {
      if (!waiting.contains(pod.key())) {
        starting.add(pod.key());
      }
    } else if (!pod.spec().readinessGates().isEmpty()) {
      statusOf.add(pod.key());
    }
  }

  /** How long a pod takes to stop: its hook and its programs, at most its grace period. */
  private Duration stopTime(Pod pod) {
    Duration stop = timing.programStop();
    if (timing.waitsForHooks()) {
      stop = stop.plus(Hooks.preStop(pod.spec()));
    }
    Duration grace = Duration.ofSeconds(Math.max(0, pod.spec().terminationGracePeriodSeconds()));
    return stop.compareTo(grace) > 0 ? grace : stop;
  }

  private void start(ObjectKey key) {
    @Nullable Pod pod = pod(key);
    if (pod == null
        || pod.isTerminating()
        || !pod.podIps().isEmpty()
        || stopped.contains(pod.spec().nodeName())) {
      return;
    }
    @Nullable Node node = node(pod).orElse(null);
    if (node == null) {
      waiting.add(key);
      return;
    }
    List<String> ips;
    try {
      ips = pod.spec().hostNetwork()
          ? node.hostIps()
          : addresses.assign(node, pod, state.clock().now());
    } catch (IpamException e) {
      postpone(pod, e);
      return;
    }
    List<Service> services = services(pod.metadata().namespace());
    List<ContainerStatus> containers = new ArrayList<>();
    for (Container container : pod.spec().containers()) {
      containers.add(started(pod, container, services, ips, 0));
    }
    waiting.remove(key);
    servicesAtStart.put(key, services);
    List<String> hostIps = node.hostIps();
    boolean failing =
        containers.stream().anyMatch(c -> c.state() instanceof ContainerStatus.Waiting);
    store(pod, failing ? "Pending" : "Running", ips, hostIps, containers);
    if (failing) {
      waiting.add(key);
    } else {
      Duration wait = timing.readiness();
      if (timing.waitsForHooks()) {
        wait = wait.plus(Hooks.initialDelay(pod.spec()));
      }
      if (wait.isZero()) {
        becomeReady(key);
      } else {
        probing.addAfter(key, wait);
      }
    }
  }

  /** A container as it starts, or waits because its environment cannot be made. */
  private ContainerStatus started(
      Pod pod, Container container, List<Service> services, List<String> ips, int restarts) {
    boolean refersToOthers = !container.envFrom().isEmpty()
        || container.env().stream().anyMatch(e -> e.valueFrom() != null);
    if (refersToOthers) {
      try {
        Environment.of(
            pod.withStatus(
                pod.phase(), ips, pod.hostIps(), pod.conditions(), pod.containerStatuses()),
            container,
            services,
            state::get);
      } catch (EnvironmentException e) {
        state.report(pod.key(), true, "Failed", "Error: " + e.getMessage(), REPORTER);
        return new ContainerStatus(
            container.name(),
            new ContainerStatus.Waiting("CreateContainerConfigError"),
            false,
            false,
            restarts,
            null);
      }
    }
    return new ContainerStatus(
        container.name(),
        new ContainerStatus.Running(state.clock().now()),
        false,
        true,
        restarts,
        restarts == 0 ? null : state.clock().now());
  }

  /** A pod for which there is no address waits until one is free. */
  private void postpone(Pod pod, IpamException problem) {
    if (waiting.add(pod.key())) {
      state.report(
          pod.key(),
          true,
          "FailedCreatePodSandBox",
          "Failed to create pod sandbox: "
              + "rpc error: code = Unknown desc = failed to setup network for sandbox: "
              + "plugin failed (add): "
              + problem.getMessage(),
          REPORTER);
      List<ContainerStatus> containers = pod.spec().containers().stream()
          .map(c -> new ContainerStatus(
              c.name(), new ContainerStatus.Waiting("ContainerCreating"), false, false, 0, null))
          .toList();
      store(pod, "Pending", List.of(), pod.hostIps(), containers);
    }
    if (addresses.isRecovering()) {
      backingOff.add(pod.key());
    }
  }

  private void startAgain(ObjectKey key) {
    if (waiting.remove(key)) {
      start(key);
    }
  }

  private void retry() {
    List<ObjectKey> again = List.copyOf(waiting);
    waiting.clear();
    for (ObjectKey key : again) {
      @Nullable Pod pod = pod(key);
      if (pod != null && !pod.podIps().isEmpty()) {
        restart(pod);
      } else {
        starting.add(key);
      }
    }
  }

  private void becomeReady(ObjectKey key) {
    @Nullable Pod pod = pod(key);
    if (pod != null && !stopped.contains(pod.spec().nodeName()) && pod.phase().equals("Running")) {
      write(pod, withReady(pod, !notReady.contains(key)));
    }
  }

  private static List<ContainerStatus> withReady(Pod pod, boolean ready) {
    return pod.containerStatuses().stream()
        .map(c -> c.state() instanceof ContainerStatus.Running && c.ready() != ready
            ? new ContainerStatus(
                c.name(), c.state(), ready, c.started(), c.restartCount(), c.lastFinishedAt())
            : c)
        .toList();
  }

  private void refreshReady(ObjectKey key) {
    @Nullable Pod pod = pod(key);
    if (pod != null && !pod.containerStatuses().isEmpty() && !pod.podIps().isEmpty()) {
      write(pod, pod.containerStatuses());
    }
  }

  private void write(Pod pod, List<ContainerStatus> containers) {
    store(pod, pod.phase(), pod.podIps(), pod.hostIps(), containers);
  }

  private void store(
      Pod pod,
      String phase,
      List<String> ips,
      List<String> hostIps,
      List<ContainerStatus> containers) {
    List<Condition> conditions =
        PodStatus.conditions(pod, containers, !ips.isEmpty(), state.clock().now());
    state.store(pod.withStatus(phase, ips, hostIps, conditions, containers));
  }

  private void remove(ObjectKey key) {
    @Nullable Pod pod = pod(key);
    if (pod != null
        && pod.isTerminating()
        && pod.metadata().finalizers().isEmpty()
        && !stopped.contains(pod.spec().nodeName())) {
      state.remove(key);
    }
  }

  private void forget(Pod pod) {
    waiting.remove(pod.key());
    notReady.remove(pod.key());
    servicesAtStart.remove(pod.key());
  }

  /** Whether a pod holds addresses of its own; one that has ended only remembers them. */
  private static boolean hasOwnAddress(Pod pod) {
    return !pod.podIps().isEmpty() && !pod.spec().hostNetwork() && !pod.hasEnded();
  }

  private void release(Pod pod) {
    addresses.release(pod.spec().nodeName(), pod.podIps(), state.clock().now());
    retry();
  }

  /**
   * Turns the readiness probes of a pod on or off, as if its programs began or ceased to answer.
   *
   * @param namespace the pod's namespace
   * @param name the pod's name
   * @param ready whether they answer
   * @throws IllegalArgumentException if there is no such pod
   */
  public void setReady(String namespace, String name, boolean ready) {
    Pod pod = existing(namespace, name);
    if (ready) {
      notReady.remove(pod.key());
    } else {
      notReady.add(pod.key());
    }
    if (!pod.phase().equals("Running")) {
      return;
    }
    if (pod.containerStatuses().isEmpty()) {
      List<ContainerStatus> said = pod.spec().containers().stream()
          .map(c -> new ContainerStatus(
              c.name(), new ContainerStatus.Running(null), ready, true, 0, null))
          .toList();
      Condition switched = PodStatus.containersReady(pod, said, state.clock().now());
      List<Condition> conditions = new ArrayList<>(pod.conditions());
      conditions.removeIf(c -> c.type().equals("Ready") || c.type().equals("ContainersReady"));
      conditions.add(PodStatus.ready(pod, switched, state.clock().now()));
      conditions.add(switched);
      state.store(pod.withConditions(conditions));
    } else {
      write(pod, withReady(pod, ready));
    }
  }

  /**
   * Restarts the containers of a pod in place, as after a crash. The address stays; the environment
   * is made anew, with the Services of now.
   *
   * @param namespace the pod's namespace
   * @param name the pod's name
   * @throws IllegalArgumentException if there is no such pod
   */
  public void restart(String namespace, String name) {
    restart(existing(namespace, name));
  }

  private void restart(Pod pod) {
    restart(pod, pod.podIps());
  }

  private void restart(Pod pod, List<String> ips) {
    List<Service> services = services(pod.metadata().namespace());
    Map<String, Integer> restarts = new HashMap<>();
    pod.containerStatuses().stream()
        .filter(c -> !(c.state() instanceof ContainerStatus.Waiting))
        .forEach(c -> restarts.put(c.name(), c.restartCount() + 1));
    List<ContainerStatus> containers = pod.spec().containers().stream()
        .map(c -> started(pod, c, services, ips, restarts.getOrDefault(c.name(), 0)))
        .toList();
    servicesAtStart.put(pod.key(), services);
    boolean failing =
        containers.stream().anyMatch(c -> c.state() instanceof ContainerStatus.Waiting);
    store(pod, failing ? "Pending" : "Running", ips, pod.hostIps(), containers);
    if (failing) {
      waiting.add(pod.key());
    } else {
      probing.add(pod.key());
    }
  }

  /**
   * Ends a pod for good, as its kubelet does when the node runs short of memory or disk, or when it
   * shuts down: the phase is {@code Failed}, the containers are killed, the address is free for
   * others though the pod still shows it. Who made the pod makes another one; the ended one stays
   * until somebody deletes it.
   *
   * @param namespace the pod's namespace
   * @param name the pod's name
   * @param reason a word, such as {@code Evicted}, which {@code kubectl get pods} may show
   * @throws IllegalArgumentException if there is no such pod
   * @throws IllegalStateException if it has ended already
   */
  public void fail(String namespace, String name, String reason) {
    Pod pod = existing(namespace, name);
    if (pod.hasEnded()) {
      throw new IllegalStateException(pod.key() + " has ended already: " + pod.phase());
    }
    state.report(pod.key(), true, reason, "The kubelet ended the pod.", REPORTER);
    end(pod, reason);
  }

  private void end(Pod pod, String reason) {
    List<ContainerStatus> containers =
        pod.containerStatuses().stream().map(c -> killed(c, "Error", KILLED)).toList();
    Pod ended = pod.withStatus("Failed", pod.podIps(), pod.hostIps(), pod.conditions(), containers);
    List<Condition> conditions = new ArrayList<>(
        PodStatus.conditions(ended, containers, false, state.clock().now()));
    conditions.removeIf(c -> c.type().equals("DisruptionTarget"));
    conditions.add(new Condition(
        "DisruptionTarget", "True", "TerminationByKubelet", "", state.clock().now()));
    state.store(ended.withConditions(conditions).withReason(reason));
  }

  private static ContainerStatus killed(ContainerStatus container, String reason, int exitCode) {
    return container.state() instanceof ContainerStatus.Running
        ? new ContainerStatus(
            container.name(),
            new ContainerStatus.Terminated(reason, exitCode, 0),
            false,
            false,
            container.restartCount(),
            container.lastFinishedAt())
        : container;
  }

  /**
   * Restarts a node: its pods stay the same objects, but their sandboxes are made anew, and so are
   * their addresses and the environments of their containers. Pods whose containers shall never
   * start again fail; those that were to end are gone. A node that was {@link #stop stopped} is
   * back.
   *
   * <p>Source: {@code podSandboxChanged} of the kubelet's runtime manager, v1.36: a pod without a
   * running sandbox gets a new one, for which the network is set up again.
   *
   * @param node the node
   */
  public void reboot(String node) {
    stopped.remove(node);
    for (Pod pod : List.copyOf(state.list(Pod.class))) {
      if (!pod.spec().nodeName().equals(node) || pod.hasEnded()) {
        continue;
      }
      if (pod.isTerminating()) {
        state.remove(pod.key());
      } else if (!pod.phase().equals("Running")) {
        note(pod);
      } else if ("Never".equals(pod.spec().others().get("restartPolicy"))) {
        end(pod, "");
      } else {
        write(
            pod,
            pod.containerStatuses().stream()
                .map(c -> killed(c, "Unknown", LOST))
                .toList());
        sandboxes.add(pod.key());
      }
    }
  }

  /** Makes the sandbox of a pod anew, which lost it with its node. */
  private void renew(ObjectKey key) {
    @Nullable Pod pod = pod(key);
    @Nullable Node node = pod == null ? null : node(pod).orElse(null);
    if (pod == null
        || node == null
        || pod.isTerminating()
        || pod.hasEnded()
        || stopped.contains(pod.spec().nodeName())) {
      return;
    }
    if (pod.spec().hostNetwork()) {
      restart(pod);
      return;
    }
    Instant now = state.clock().now();
    addresses.release(pod.spec().nodeName(), pod.podIps(), now);
    try {
      restart(pod, addresses.assign(node, pod, now));
    } catch (IpamException e) {
      postpone(pod, e);
    }
  }

  /**
   * Stops the kubelet of a node, as if the machine had lost its power: its pods stay as they were
   * last reported.
   *
   * @param node the node
   */
  public void stop(String node) {
    stopped.add(node);
  }

  /**
   * Whether the kubelet of a node was stopped.
   *
   * @param node the node
   * @return true if it is silent
   */
  public boolean isStopped(String node) {
    return stopped.contains(node);
  }

  /**
   * Starts the kubelet of a node again.
   *
   * @param node the node
   */
  public void resume(String node) {
    if (stopped.remove(node)) {
      for (Pod pod : List.copyOf(state.list(Pod.class))) {
        if (pod.spec().nodeName().equals(node)) {
          note(pod);
          if (pod.phase().equals("Running")) {
            probing.add(pod.key());
          }
        }
      }
    }
  }

  /**
   * The environment of a container: with the Services that there were when it started.
   *
   * @param namespace the pod's namespace
   * @param name the pod's name
   * @param container the container; empty for the first
   * @return the environment
   * @throws IllegalArgumentException if there is no such pod or container
   * @throws EnvironmentException if it cannot be made
   */
  public Environment environment(String namespace, String name, String container) {
    Pod pod = existing(namespace, name);
    return Environment.of(pod, container(pod, container), servicesSeenBy(pod), state::get);
  }

  /**
   * How far the blocks of addresses are used that nodes share, such as the subnets of a VPC.
   *
   * @return the blocks in the order of their addresses; none where each node has blocks of its own
   */
  public List<PodAddresses.Use> sharedAddresses() {
    return addresses.shared(state.list(Node.class));
  }

  /**
   * What is odd about the environment of a container.
   *
   * @param namespace the pod's namespace
   * @param name the pod's name
   * @param container the container; empty for the first
   * @return the advice; empty if nothing is odd
   * @throws IllegalArgumentException if there is no such pod or container
   */
  public List<EnvironmentAdvice> advice(String namespace, String name, String container) {
    Pod pod = existing(namespace, name);
    return EnvironmentAdvice.of(
        pod,
        container(pod, container),
        environment(namespace, name, container),
        servicesSeenBy(pod),
        state.list(Service.class));
  }

  /** Of a pod that ran before the kubelets were started: those made before it. */
  private List<Service> servicesSeenBy(Pod pod) {
    @Nullable List<Service> atStart = servicesAtStart.get(pod.key());
    if (atStart != null) {
      return atStart;
    }
    @Nullable Instant since = pod.metadata().creationTimestamp();
    return services(pod.metadata().namespace()).stream()
        .filter(s -> since == null
            || s.metadata().creationTimestamp() == null
            || !s.metadata().creationTimestamp().isAfter(since))
        .toList();
  }

  /** The Services that matter to a namespace's pods; one list for all pods that start now. */
  private List<Service> services(String namespace) {
    @Nullable List<Service> known = servicesNow.get(namespace);
    if (known == null) {
      known = state.list(Service.class).stream()
          .filter(s -> s.metadata().namespace().equals(namespace)
              || (s.metadata().namespace().equals("default")
                  && s.metadata().name().equals("kubernetes")))
          .toList();
      servicesNow.put(namespace, known);
    }
    return known;
  }

  private static Container container(Pod pod, String name) {
    return pod.spec().containers().stream()
        .filter(c -> name.isEmpty() || c.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(pod.key() + " has no container \"" + name + "\"; it has "
                + pod.spec().containers().stream().map(Container::name).toList()));
  }

  private Pod existing(String namespace, String name) {
    return state
        .get(Pod.class, namespace, name)
        .orElseThrow(
            () -> new IllegalArgumentException("there is no Pod " + namespace + "/" + name));
  }

  private @Nullable Pod pod(ObjectKey key) {
    return state.get(Pod.class, key.namespace(), key.name()).orElse(null);
  }

  private Optional<Node> node(Pod pod) {
    return state.get(Node.class, "", pod.spec().nodeName());
  }
}
