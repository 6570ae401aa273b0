package dev.hairpin;

import dev.hairpin.analysis.Difference;
import dev.hairpin.analysis.Reachability;
import dev.hairpin.analysis.explain.Explainer;
import dev.hairpin.analysis.explain.VariableDiagnosis;
import dev.hairpin.analysis.lint.Findings;
import dev.hairpin.analysis.lint.Lint;
import dev.hairpin.analysis.topology.Topology;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Admission;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterSnapshot;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.ipam.NearbyAddresses;
import dev.hairpin.cluster.manager.ControllerManager;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestSet;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Network;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.Courier;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.render.Escape;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A simulated Kubernetes cluster: its state, what is installed in it, and the questions one asks.
 *
 * <pre>{@code
 * Cluster cluster = Cluster.eks().install(KubeProxy.newest()).install(CoreDns.eks());
 * cluster.apply(Manifests.load(Path.of("shop.yaml")));
 * Trace trace = cluster.from("shop/client").to("http://web.shop");
 * }</pre>
 *
 * <p>Nothing happens but by a call: time stands still until {@link #advance}, except that what
 * takes no time (controllers, kube-proxy) happens before a call returns. The same calls with the
 * same seed give the same bytes. Not thread-safe: one thread at a time may use a cluster.
 */
public final class Cluster {
  private final ApiServer api;
  private final ClusterState state;
  private final Optional<ControllerManager> controllers;
  private final AddOns addOns;
  private final Chooser chooser;
  private final PodNames pods;
  private final Sources sources;
  private final Lookups lookups = new Lookups(this);
  private @Nullable ClusterNetwork wires;
  private Consumer<Trace> traceWatcher = trace -> {};

  Cluster(ApiServer api, Optional<Function<ApiServer, ControllerManager>> starter) {
    this(api, starter, Optional.empty());
  }

  private Cluster(
      ApiServer api,
      Optional<Function<ApiServer, ControllerManager>> starter,
      Optional<AddOns> forkedFrom) {
    this.api = api;
    this.state = api.state();
    this.addOns = new AddOns(state, this::connect);
    this.chooser = Chooser.seeded(state.seed());
    this.pods = new PodNames(state);
    this.sources = new Sources(state, pods);
    this.controllers = starter.map(start -> start.apply(api));
    // What goes on in a fork sees what controllers do; what begins anew there waits with it.
    forkedFrom.ifPresentOrElse(addOns::continueFrom, this::settle);
  }

  /**
   * A cluster of the shape of EKS: three nodes in three zones; see {@link ClusterBuilder#eks}.
   *
   * @return the cluster, with nothing installed
   */
  public static Cluster eks() {
    return builder().eks(3).build();
  }

  /**
   * A cluster of the shape that kubeadm gives, with three nodes; see
   * {@link ClusterBuilder#kubeadm}.
   *
   * @return the cluster, with nothing installed
   */
  public static Cluster kubeadm() {
    return builder().kubeadm(3).build();
  }

  /**
   * Says more exactly how a cluster is to be made.
   *
   * @return a builder without nodes
   */
  public static ClusterBuilder builder() {
    return new ClusterBuilder();
  }

  /**
   * A cluster of objects as they are, such as the snapshot of a live one: what has addresses and
   * ports keeps them. No controller runs in it, but in {@link #forkWithControllers forks} they can.
   * New ClusterIPs come from the blocks that the objects tell of; see
   * {@link ApiServerConfig#of(ClusterState)}.
   *
   * @param state the objects
   * @return the cluster, with nothing installed
   */
  public static Cluster of(ClusterState state) {
    return of(state, ApiServerConfig.of(state));
  }

  /**
   * A cluster of objects as they are, such as the snapshot of a live one, whose API server was
   * started in a known way. No controller runs in it.
   *
   * @param state the objects
   * @param config the blocks of ClusterIPs, the node ports and the release
   * @return the cluster, with nothing installed
   */
  public static Cluster of(ClusterState state, ApiServerConfig config) {
    return new Cluster(new ApiServer(state, config), Optional.empty());
  }

  /**
   * An independent copy, with the same objects, time and add-ons: a change of one does not show in
   * the other. Controllers and kubelets go on where they are, with probes that are off and pods in
   * the midst of starting; so do load balancers. Connections are not copied.
   *
   * <p>It costs a few references for every hundred objects. kube-proxy, CoreDNS and the AWS Load
   * Balancer Controller go on with what they know; add-ons that begin anew do so when the fork is
   * first changed or asked, or its time moves. What rules have counted is not copied, and caches
   * are empty.
   *
   * @return the copy
   */
  public Cluster fork() {
    return fork(controllers.map(running -> running::fork));
  }

  /**
   * An independent copy in which something follows from a change: a {@link #fork}, and of a
   * snapshot one in which controllers and kubelets begin with what there is. What runs keeps its
   * addresses and ports, and what is settled stays as it is. New pods get
   * {@linkplain NearbyAddresses free addresses} beside those of other pods.
   *
   * @param timing how long things take if this is a snapshot; a cluster with controllers has times
   *     of its own, which stay
   * @return the copy
   * @throws IllegalArgumentException if this is a snapshot that lacks what controllers would make
   *     once more, such as the ReplicaSets of its pods; says how to dump them
   */
  public Cluster forkWithControllers(Timing timing) {
    if (controllers.isPresent()) {
      return fork();
    }
    SnapshotGaps.refuse(state);
    return fork(Optional.of(server -> ControllerManager.start(
        server, ControllerManager.Setup.ofNetwork(timing, NearbyAddresses.in(server.state())))));
  }

  private Cluster fork(Optional<Function<ApiServer, ControllerManager>> starter) {
    ClusterState copy = state.fork(new VirtualClock(state.clock().now()));
    return new Cluster(api.fork(copy), starter, Optional.of(addOns));
  }

  // ---- changes

  /**
   * Applies manifests as {@code kubectl apply} does, all together or not at all. Unknown fields and
   * kinds are told as warnings, where {@code kubectl} since v1.27 would refuse a field.
   *
   * @param manifests the manifests, such as {@code Manifests.load(path)}
   * @return what became of each object
   * @throws dev.hairpin.manifest.ManifestException if an object cannot be read or is refused, with
   *     its place; nothing is changed then
   */
  public Applied apply(ManifestSet manifests) {
    ClusterSnapshot before = state.snapshot();
    List<Applied.Change> changes = new ArrayList<>();
    Iterator<Manifest> asked = manifests.manifests().iterator();
    for (ApiServer.Response response : api.apply(manifests.manifests())) {
      KubeObject object = response.object();
      List<String> warnings = new ArrayList<>(asked.next().warnings());
      warnings.addAll(response.warnings());
      Optional<KubeObject> old = before.get(object.key());
      Applied.Action action = old.isEmpty()
          ? Applied.Action.CREATED
          : object.metadata().resourceVersion() <= before.resourceVersion()
              ? Applied.Action.UNCHANGED
              : Applied.Action.CONFIGURED;
      changes.add(new Applied.Change(action, object, warnings));
    }
    settle();
    return new Applied(changes);
  }

  /**
   * Applies manifests as {@code kubectl apply} does, all together or not at all.
   *
   * @param yaml the manifests' text
   * @return what became of each object
   * @throws dev.hairpin.manifest.ManifestException if an object cannot be read or is refused
   */
  public Applied apply(String yaml) {
    return apply(Manifests.parse(yaml, "text"));
  }

  /**
   * Deletes an object, as {@code kubectl delete} does. A pod is terminating until its kubelet has
   * stopped it. A namespace is terminating until all that is in it is gone, first its pods; one
   * that nobody made is there as long as something is in it.
   *
   * @param kindOrShortForm the kind, such as {@code Service}, or a word for it that {@link #get}
   *     takes, such as {@code svc}
   * @param name {@code namespace/name}, or a name alone in namespace default and for kinds without
   *     namespace
   * @return this cluster
   * @throws dev.hairpin.cluster.ApiError if there is none
   */
  public Cluster delete(String kindOrShortForm, String name) {
    String kind = GetQuery.kindOrWord(kindOrShortForm);
    int slash = name.indexOf('/');
    String unsaid = KubeObjects.isNamespaced(kind) ? "default" : "";
    String namespace = slash < 0 ? unsaid : name.substring(0, slash);
    ObjectKey key = new ObjectKey(kind, namespace, name.substring(slash + 1));
    if (controllers.isPresent() && kind.equals(Pod.KIND)) {
      Deletion.ask(state, (Pod) api.get(key));
    } else {
      api.delete(key);
      if (controllers.isEmpty() && kind.equals(Namespace.KIND)) {
        empty(key.name());
      }
    }
    settle();
    return this;
  }

  /** Nobody else empties a namespace of a snapshot. */
  private void empty(String namespace) {
    for (ObjectKey key : keysWithin(namespace)) {
      // a Service takes its Endpoints with it
      if (state.get(key).isPresent()) {
        api.delete(key);
      }
    }
    if (keysWithin(namespace).isEmpty()) {
      api.finalizeNamespace(namespace);
    }
  }

  private List<ObjectKey> keysWithin(String namespace) {
    return state.kinds().stream()
        .flatMap(kind -> state.list(kind).stream())
        .map(KubeObject::key)
        .filter(key -> key.namespace().equals(namespace))
        .toList();
  }

  /**
   * The API server, for requests other than {@link #apply} and {@link #delete}. What follows from
   * them happens at the next {@link #advance}, even by zero.
   *
   * @return the API server
   */
  public ApiServer api() {
    return api;
  }

  /**
   * Whether the cluster is a snapshot, in which nothing follows from a change; in
   * {@link #forkWithControllers a fork} of it something may.
   *
   * @return true if it has no controllers and kubelets
   */
  public boolean isSnapshot() {
    return controllers.isEmpty();
  }

  /**
   * The controllers and kubelets, to scale, restart, drain, or make a pod not ready. What follows
   * happens at the next {@link #advance}, even by zero.
   *
   * @return the controllers
   * @throws IllegalStateException if the cluster is a snapshot, in which none run
   */
  public ControllerManager controllers() {
    return controllers.orElseThrow(
        () -> new IllegalStateException("no controllers run in a snapshot;"
            + " in what forkWithControllers(...) makes of it they do"));
  }

  /**
   * The environment of a pod's first container, with the Services that there were when it started.
   *
   * @param pod as for {@link #pod}
   * @return the environment
   * @throws IllegalArgumentException if there is no such pod
   * @throws IllegalStateException if the cluster is a snapshot, in which no kubelets run
   */
  public Environment env(String pod) {
    ObjectKey key = pod(pod).key();
    return controllers().kubelets().environment(key.namespace(), key.name(), "");
  }

  // ---- what the questions are made of

  /**
   * The objects, for those who want to read or watch them.
   *
   * @return the state
   */
  public ClusterState state() {
    return state;
  }

  /**
   * The running component of a type, such as kube-proxy, to ask it what only it knows.
   *
   * @param type the component's type
   * @param <T> the component's type
   * @return the component, or nothing if it is not installed
   */
  public <T> Optional<T> component(Class<T> type) {
    return addOns.running().stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  /**
   * The running components that can do something, such as all that know figures of capacity.
   *
   * @param type an interface that components implement
   * @param <T> the interface
   * @return the components, in the order in which they were installed
   */
  public <T> List<T> components(Class<T> type) {
    return addOns.running().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /**
   * Installs an add-on, as one installs it in a real cluster.
   *
   * @param addOn the add-on
   * @return this cluster
   * @throws IllegalStateException if an add-on of the same name is installed
   */
  public Cluster install(AddOn addOn) {
    addOns.install(addOn);
    settle();
    return this;
  }

  /** Lets a component that begins to run take part in what it has a part in. */
  private void connect(AddOn.Component running) {
    if (running instanceof Admission webhooks) {
      api.admitBy(webhooks);
    }
    if (running instanceof LoadBalancing balancing) {
      balancing.checkHealthBy(new HealthCheckWalks(state, addOns.view()));
    }
    if (wires != null) {
      wires.forgetQuestions();
    }
  }

  /**
   * Tells of every connection that {@link Connection#to} makes from now on.
   *
   * @param watcher called before {@code to} returns; it takes the place of the one before
   * @return this cluster
   */
  public Cluster watchTraces(Consumer<Trace> watcher) {
    traceWatcher = watcher;
    return this;
  }

  Trace traced(Trace trace) {
    traceWatcher.accept(trace);
    return trace;
  }

  /**
   * Sets a sysctl of a node, such as {@code net.netfilter.nf_conntrack_max}. It is kept in an
   * annotation of the Node, {@code sysctl.hairpin.dev/KEY}, and so is part of the cluster's state.
   *
   * @param node the node's name
   * @param key the key
   * @param value a whole number of 32 bits, as the kernel keeps those that the model heeds
   * @return this cluster
   * @throws IllegalArgumentException if there is no such node, or the value is no such number
   */
  public Cluster sysctl(String node, String key, String value) {
    NodeSettings.checkSysctl("sysctl " + key, value);
    Node known = state
        .get(Node.class, "", node)
        .orElseThrow(() -> Suggestions.unknown("node", node, sources.nodeNames()));
    state.store(NodeSettings.with(known, NodeSettings.SYSCTL + key, value));
    settle();
    return this;
  }

  /**
   * The connection tracking table of a node, as {@code conntrack -L} lists it.
   *
   * @param node the node's name
   * @return the entries; none if nothing is tracked on the node
   * @throws IllegalArgumentException if there is no such node
   */
  public List<ConntrackEntry> conntrack(String node) {
    if (state.get(Node.class, "", node).isEmpty()) {
      throw Suggestions.unknown("node", node, sources.nodeNames());
    }
    network();
    return wires()
        .hostOf(new Source.OnNode(node))
        .conntrack()
        .map(table -> table.list(state.clock().now().toEpochMilli()))
        .orElse(List.of());
  }

  /**
   * A map of the cluster, to print or to draw.
   *
   * @return entries from outside, Services and pods as they are now
   */
  public Topology topology() {
    return Topology.of(state);
  }

  /**
   * Lets time pass.
   *
   * @param duration how long
   * @return this cluster
   */
  public Cluster advance(Duration duration) {
    state.clock().advance(duration);
    return this;
  }

  private void settle() {
    state.clock().advance(Duration.ZERO);
  }

  /**
   * The start of a connection.
   *
   * @param source a pod as {@code namespace/name} or {@code pod/namespace/name}, where the name of
   *     a workload stands for its first pod; a node as {@code node/name}; or {@code internet}, a
   *     client outside with the address 203.0.113.7, or {@code internet/ADDRESS}
   * @return the start; say where to
   * @throws IllegalArgumentException if there is no such source, with the name that was meant
   */
  public Connection from(String source) {
    return new Connection(this, sources.find(source));
  }

  /**
   * Who reaches which Service by which way, for all pods, nodes and a client outside, by ClusterIP,
   * node port, load balancer and Ingress, with the exact share that arrives.
   *
   * @param services the Services as {@code namespace/name}, where the namespace may be left out if
   *     it is {@code default}; all of them if none is named
   * @return the matrix; prints as tables
   * @throws IllegalArgumentException if there is no such Service, with the name that was meant
   */
  public Reachability reach(String... services) {
    return new ReachQuestion(this).ask(List.of(services));
  }

  /**
   * What another cluster, such as a fork with a change, does otherwise for those who reach this
   * one's Services.
   *
   * @param after the cluster after the change
   * @return who can no longer reach whom, whose share or source address changes, and more; prints
   *     as Markdown
   */
  public Difference diff(Cluster after) {
    return diff(after, Difference.MOVED_BY);
  }

  /**
   * What another cluster does otherwise, with a threshold of one's own.
   *
   * @param after the cluster after the change
   * @param movedBy by how much a share must move to be told, 0 to 1
   * @return the difference
   * @throws IllegalArgumentException if the threshold is not within 0-1
   */
  public Difference diff(Cluster after, double movedBy) {
    return Difference.of(reach(), after.reach(), movedBy)
        .withBalancers(BalancerNames.of(state), BalancerNames.of(after.state));
  }

  /**
   * Lists objects as {@code kubectl get} does.
   *
   * @param words what one would say after {@code kubectl get}, such as {@code svc -A}, {@code pods
   *     -n ui -o wide} or {@code svc/ui -n ui}
   * @return the table
   * @throws IllegalArgumentException if a word is not understood, or there is no object of a name,
   *     with what was meant
   */
  public String get(String words) {
    return GetQuery.parse(words).answer(api);
  }

  /**
   * Resolves a name as a program at a source would.
   *
   * @param source as for {@link #from}
   * @param name the name
   * @return the questions that the resolver sent, and the addresses
   */
  public NameService.Lookup lookup(String source, String name) {
    return lookups.lookup(sources.find(source), name, chooser, network());
  }

  /**
   * Carries packets over the cluster's network, for components that ask each other something. Got
   * anew for each question: it does not see what changes later.
   *
   * @return the courier
   */
  public Courier courier() {
    return wires().courier(network());
  }

  // ---- why

  /**
   * Why a pod, Service or Ingress is as it is: pending, without address, without endpoints, or
   * well.
   *
   * @param object {@code pod/NAMESPACE/NAME}, {@code service/NAMESPACE/NAME} or
   *     {@code ingress/NAMESPACE/NAME}; short forms as {@link #get} takes them
   * @return the explanation; prints as a card
   * @throws IllegalArgumentException if there is no such object, with the name that was meant
   */
  public Explanation explain(String object) {
    return explainer().object(NamedObject.find(object, state));
  }

  /**
   * Why a name has the addresses that it has, or none.
   *
   * @param source as for {@link #from}
   * @param name the name
   * @return the explanation
   */
  public Explanation explainName(String source, String name) {
    Source asker = sources.find(source);
    return explainer().lookup(asker, lookups.lookup(asker, name, chooser, network()));
  }

  /**
   * Why the first container of a pod has a variable, does not have it, or has an old value.
   *
   * @param pod as for {@link #pod}
   * @param variable the variable's name, such as {@code CATALOG_SERVICE_HOST}
   * @return the explanation
   * @throws IllegalArgumentException if there is no such pod
   * @throws IllegalStateException if the cluster is a snapshot, in which no kubelets run
   */
  public Explanation explainVariable(String pod, String variable) {
    return new VariableDiagnosis(state).explain(pod(pod), env(pod), variable);
  }

  /**
   * Looks through the cluster for what is probably wrong, without sending a packet.
   *
   * @return what was found, the worst first; prints as a list
   */
  public Findings lint() {
    return Lint.of(state, addOns.running());
  }

  Explainer explainer() {
    return new Explainer(state, addOns.running());
  }

  // ---- for the parts of the front door

  ClusterNetwork wires() {
    ClusterNetwork known = wires;
    if (known == null || known.isOutgrown()) {
      known = new ClusterNetwork(state, addOns.running(), state.clock());
      wires = known;
    }
    return known;
  }

  Network network() {
    return wires().network();
  }

  Chooser chooser() {
    return chooser;
  }

  Sources sources() {
    return sources;
  }

  Lookups lookups() {
    return lookups;
  }

  /**
   * Finds a pod.
   *
   * @param name {@code namespace/name}; the name of a workload stands for its first pod
   * @return the pod
   * @throws IllegalArgumentException if there is none, with the name that was meant
   */
  public Pod pod(String name) {
    return pods.find(name).get(0);
  }

  /**
   * Finds the pods that a name stands for.
   *
   * @param name {@code namespace/name} of a pod, or of a workload for all of its pods
   * @return the pods by name, at least one
   * @throws IllegalArgumentException if there is none, with the name that was meant
   */
  public List<Pod> pods(String name) {
    return pods.find(name);
  }

  /** A short picture: how many objects there are of each kind. */
  @Override
  public String toString() {
    StringBuilder out =
        new StringBuilder("cluster at ").append(state.clock().now()).append('\n');
    Map<String, Integer> podsOn = new HashMap<>();
    state.list(Pod.class).forEach(pod -> podsOn.merge(pod.spec().nodeName(), 1, Integer::sum));
    for (Node node : state.list(Node.class)) {
      out.append("  node ")
          .append(node.metadata().name())
          .append("  ")
          .append(node.internalIp(IpFamily.IPV4).map(IpAddress::toString).orElse(""))
          .append("  ")
          .append(node.zone())
          .append("  ")
          .append(podsOn.getOrDefault(node.metadata().name(), 0))
          .append(" pods\n");
    }
    for (String kind : state.kinds()) {
      if (!kind.equals(Node.KIND)) {
        out.append("  ")
            .append(kind)
            .append("  ")
            .append(state.list(kind).size())
            .append('\n');
      }
    }
    addOns.names().forEach(name -> out.append("  add-on ").append(name).append('\n'));
    return Escape.terminal(out.toString());
  }
}
