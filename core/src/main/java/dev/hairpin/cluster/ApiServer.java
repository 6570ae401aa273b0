package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Rooms: Creations (POST), Updates (PUT, PATCH), Applying (kubectl apply), Deletions; Judgement completes and
 * judges objects, Lookup finds them, RequestTrees reads requests. Services have their own way through admission, in
 * ServiceRegistry, since addresses and ports are allocated for them before they are judged.
 */
/**
 * The way of requests into a cluster: defaulting, allocation, validation, and the answer in the API
 * server's own words.
 *
 * <p>Requests are trees, as a YAML or JSON text holds them, so that whatever is wrong with them can
 * be told; what passes is stored as a typed object in the {@link ClusterState}. Objects that reach
 * the state in another way (a snapshot of a live cluster, a component's own writes) are not judged,
 * but the addresses and ports of their Services are taken.
 *
 * <p>A request that is refused, or a dry run, changes nothing and gives back all that it had taken.
 * Where several free addresses or ports would do, the choice is drawn from the cluster's seed. Not
 * thread-safe: it belongs to the state's writer.
 *
 * <p>Source: kube-apiserver v1.36.3; {@link ApiFeatures} has what older releases do.
 */
public final class ApiServer {

  /**
   * The answer to a request that was not refused.
   *
   * @param object the object as it is now, or as it would be in a dry run
   * @param warnings what the server warns of
   */
  public record Response(KubeObject object, List<String> warnings) {

    /** Copies the warnings. */
    public Response {
      warnings = List.copyOf(warnings);
    }
  }

  /** How a patch is written. */
  public enum PatchType {
    /** RFC 7386: maps are merged, lists replaced. */
    MERGE,
    /** Kubernetes' own: some lists are merged too. */
    STRATEGIC,
    /** RFC 6902: a list of operations. */
    JSON
  }

  private final ServerParts parts;
  private final Lookup lookup;
  private final Judgement judgement;
  private final Creations creations;
  private final Updates updates;
  private final Applying applying;
  private final Deletions deletions;

  /**
   * A server for a state. What the state's Services use is taken.
   *
   * @param state the objects
   * @param config how the server is started
   */
  public ApiServer(ClusterState state, ApiServerConfig config) {
    this(ServerParts.of(state, config), false);
  }

  private ApiServer(ServerParts parts, boolean dryRun) {
    this.parts = parts;
    this.lookup = new Lookup(parts);
    this.judgement = new Judgement(parts);
    this.deletions = new Deletions(parts, lookup, dryRun);
    this.creations = new Creations(parts, lookup, judgement, dryRun);
    this.updates = new Updates(parts, lookup, judgement, creations, deletions, dryRun);
    this.applying = new Applying(parts, creations, updates, dryRun);
  }

  /**
   * The same server for a copy of its state.
   *
   * @param copy what {@link ClusterState#fork} made of this server's state
   * @return the server, independent of this one, drawing the same from here on
   */
  public ApiServer fork(ClusterState copy) {
    return new ApiServer(parts.fork(copy), false);
  }

  /**
   * The same server, whose requests change nothing: {@code --dry-run=server}.
   *
   * @return the view
   */
  public ApiServer dryRun() {
    return new ApiServer(parts, true);
  }

  /**
   * Asks a component's webhooks about all objects from now on. A {@linkplain #fork fork} begins
   * without webhooks.
   *
   * @param webhook the webhooks
   */
  public void admitBy(Admission webhook) {
    parts.webhooks().add(webhook);
  }

  /**
   * The objects.
   *
   * @return the state
   */
  public ClusterState state() {
    return parts.state();
  }

  /**
   * How the server was started.
   *
   * @return the configuration
   */
  public ApiServerConfig config() {
    return parts.config();
  }

  /**
   * The ClusterIPs that are taken.
   *
   * @return the addresses, IPv4 first, sorted
   */
  public List<IpAddress> allocatedAddresses() {
    return parts.services().cidrs().allocated();
  }

  /**
   * The node ports and health check ports that are taken.
   *
   * @return the ports, sorted
   */
  public List<Integer> allocatedPorts() {
    return parts.services().ports().allocated();
  }

  /**
   * The IPAddress objects: those that stand for the ClusterIPs, and those that somebody stored;
   * none before 1.33.
   *
   * <p>The former are made on request and not stored: they say nothing that the Services do not
   * say.
   *
   * @return the objects, sorted by address
   */
  public List<IpAddressObject> ipAddresses() {
    return lookup.ipAddresses();
  }

  /**
   * Compares Services with what is allocated, once, as the server does when it starts and from time
   * to time: Services outside the ranges or with an address or port of another are warned of by
   * events, and IPAddress objects of no Service that are older than a minute go.
   *
   * <p>No clock runs this. Requests keep both sides equal; only what reached the state in another
   * way, with a snapshot, can disagree.
   *
   * @return the events that this has reported
   */
  public List<ObjectEvent> repair() {
    ClusterState state = parts.state();
    int before = state.events().size();
    new ServiceRepair(state, parts.config(), parts.services()).run();
    return List.copyOf(state.events().subList(before, state.events().size()));
  }

  /**
   * The namespaces: those that every cluster has, those that were made, and those that objects are
   * in.
   *
   * <p>An object may be made in a namespace that nobody made, as manifests often leave that to
   * others; the namespace is then there as if it had been made with the cluster.
   *
   * @return the objects, by name
   */
  public List<Namespace> namespaces() {
    return lookup.namespaces();
  }

  /**
   * Makes the Service {@code default/kubernetes} that leads to the API server itself, with the
   * first address of the default family, and the ServiceCIDR {@code kubernetes} of the blocks that
   * the server was started with, unless they are there.
   *
   * @param securePort the port on which the API server listens, 6443 by default
   * @return the Service
   */
  public Service ensureKubernetesService(int securePort) {
    ClusterState state = parts.state();
    ServiceCidr blocks = ServiceCidrController.ofFlags(parts.config());
    if (parts.config().features().ipAddressObjects() && state.get(blocks.key()).isEmpty()) {
      state.store(blocks);
    }
    return state.get(Service.class, "default", "kubernetes").orElseGet(() -> {
      ServicePort port =
          new ServicePort("https", Protocol.TCP, 443, IntOrString.of(securePort), 0, null);
      ServiceCidrs cidrs = parts.services().cidrs();
      String first = cidrs.first(cidrs.defaultFamily()).toString();
      Service service = new Service(
          ObjectMeta.of("default", "kubernetes")
              .withLabels(Map.of("component", "apiserver", "provider", "kubernetes")),
          ServiceSpec.builder().ports(List.of(port)).clusterIps(List.of(first)).build(),
          List.of(),
          List.of());
      return (Service) create(service).object();
    });
  }

  /**
   * Creates an object. One without a name but with a {@code generateName} gets that and five
   * characters, drawn from the cluster's seed.
   *
   * @param request the object as the client wrote it
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response create(Map<String, ?> request) {
    return creations.create(request);
  }

  /**
   * Creates an object.
   *
   * @param object the object as a client would write it
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response create(KubeObject object) {
    return creations.create(object);
  }

  /**
   * Replaces an object: PUT. Of some kinds, among them Services and Endpoints, it creates the
   * object if there is none.
   *
   * @param request the whole object as the client wrote it
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response update(Map<String, ?> request) {
    return updates.update(request);
  }

  /**
   * Replaces the status of a Service: PUT to its {@code status} subresource. The spec stays.
   *
   * @param tree the object; of its spec the type alone matters, which decides on defaults
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response updateStatus(Map<String, ?> tree) {
    return updates.updateStatus(tree);
  }

  /**
   * Changes a part of an object: PATCH.
   *
   * @param key which object
   * @param type how the patch is written
   * @param patch a tree: a map, or a list of operations
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response patch(ObjectKey key, PatchType type, Object patch) {
    return updates.patch(key, type, patch);
  }

  /**
   * Does what {@code kubectl apply} does: creates the object, or sets what the manifest says and
   * removes what it said the last time and says no more. Everything else stays; an object that
   * stays the same is no event. The object needs a name: one to be generated is refused.
   *
   * @param tree the object as the manifest says it
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response apply(Map<String, ?> tree) {
    return applying.apply(tree);
  }

  /**
   * Applies objects all together or not at all: if one is refused, nothing is changed.
   *
   * @param manifests the objects, in order
   * @return the objects as stored, in order
   * @throws ManifestException if one cannot be decoded or is refused, with its place; the refusal
   *     itself is its cause
   */
  public List<Response> apply(List<Manifest> manifests) {
    return together(() -> {
      List<Response> responses = new ArrayList<>(manifests.size());
      for (Manifest manifest : manifests) {
        responses.add(applying.apply(manifest));
      }
      return responses;
    });
  }

  /**
   * Makes several requests that happen together or not at all; within others, too.
   *
   * @param requests makes the requests of this server
   * @param <T> what they give back
   * @return what the requests gave back
   */
  public <T> T together(Supplier<T> requests) {
    ClusterState state = parts.state();
    return state.transaction(() -> {
      ServiceRegistry.Pools pools = parts.services().pools();
      ForkableMap<ObjectKey, Map<String, Object>> applied = parts.lastApplied().fork();
      GeneratedNames before = parts.names().fork();
      return state.transaction(requests, () -> {
        parts.services().restore(pools);
        parts.names().revertTo(before);
        parts.lastApplied().revertTo(applied);
      });
    });
  }

  /**
   * Deletes an object. One with finalizers is only marked; it goes when an update removes the last
   * of them. So is a namespace, which has the finalizer {@code kubernetes} from the start: it goes
   * when its controller has deleted what is in it; see {@link #finalizeNamespace}.
   *
   * @param key which object
   * @return the object as it was
   * @throws ApiError if there is none, or it is a namespace that every cluster needs
   */
  public KubeObject delete(ObjectKey key) {
    return delete(key, "", 0);
  }

  /**
   * Deletes an object as {@link #delete(ObjectKey)} does, but only the one that is meant:
   * {@code preconditions} of {@code DeleteOptions}.
   *
   * @param key which object
   * @param uid the uid that it must have; empty if any will do
   * @param resourceVersion the version that it must have; 0 if any will do
   * @return the object as it was
   * @throws ApiError if there is none, or another, or it is a namespace that every cluster needs
   */
  public KubeObject delete(ObjectKey key, String uid, long resourceVersion) {
    return deletions.delete(key, uid, resourceVersion);
  }

  /**
   * Takes the finalizer {@code kubernetes} back from a namespace that is being deleted, as its
   * controller does when nothing is left in it. It goes then, unless its metadata names others: ask
   * again when they are removed. Anything else is left alone.
   *
   * @param name the namespace
   */
  public void finalizeNamespace(String name) {
    deletions.finalizeNamespace(name);
  }

  /**
   * Finds an object.
   *
   * @param key which object
   * @return the object
   * @throws ApiError if there is none
   */
  public KubeObject get(ObjectKey key) {
    return lookup.require(key);
  }

  /**
   * Judges an object without storing anything, and without looking at what is stored.
   *
   * @param tree the object as a client wrote it
   * @param old the object that it would replace, or null if it is new
   * @return what is wrong, one sentence with its field path each
   * @throws ApiError if the object cannot be decoded
   */
  public List<String> validate(Map<String, ?> tree, @Nullable Map<String, ?> old) {
    return judgement.errors(tree, old);
  }

  /**
   * Fills in the defaults of an object.
   *
   * @param tree the object as a client wrote it
   * @return a new tree with what the API server fills in before it looks at the object
   * @throws ApiError if the object cannot be decoded
   */
  public Map<String, Object> defaulted(Map<String, ?> tree) {
    return judgement.defaulted(tree);
  }
}
