package dev.hairpin.cluster;

import dev.hairpin.api.Endpoints;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.Kinds;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
 * Where several free addresses or ports would do, the choice is drawn from the cluster's seed. Not thread-safe:
 * it belongs to the state's writer.
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

  private static final List<String> SYSTEM_NAMESPACES =
      List.of("default", "kube-node-lease", "kube-public", "kube-system");

  /** Source: the admission plugin {@code NamespaceLifecycle}. */
  private static final Set<String> IMMORTAL_NAMESPACES =
      Set.of("default", "kube-public", "kube-system");

  /**
   * The kinds whose objects a PUT may make.
   *
   * <p>Source: {@code AllowCreateOnUpdate} of each kind's strategy.
   */
  private static final Set<String> CREATED_BY_PUT = Set.of(
      Service.KIND,
      Endpoints.KIND,
      "ClusterRole",
      "ClusterRoleBinding",
      "Event",
      "Lease",
      "LimitRange",
      "Role",
      "RoleBinding");

  /** Source: {@code maxNameGenerationCreateAttempts} of apiserver v0.36. */
  private static final int NAME_ATTEMPTS = 8;

  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final ClusterState state;
  private final ApiServerConfig config;
  private final ServiceRegistry services;
  private final ServiceCidrController cidrs;
  private final ForkableMap<ObjectKey, Map<String, Object>> lastApplied;
  private final List<Admission> webhooks;
  private final GeneratedNames names;
  private final boolean dryRun;

  /**
   * A server for a state. What the state's Services use is taken.
   *
   * @param state the objects
   * @param config how the server is started
   */
  public ApiServer(ClusterState state, ApiServerConfig config) {
    this(
        state,
        config,
        new ServiceRegistry(state, config),
        new ForkableMap<>(),
        new GeneratedNames(state.seed()));
  }

  private ApiServer(
      ClusterState state,
      ApiServerConfig config,
      ServiceRegistry services,
      ForkableMap<ObjectKey, Map<String, Object>> lastApplied,
      GeneratedNames names) {
    this(
        state,
        config,
        services,
        new ServiceCidrController(state, services),
        lastApplied,
        new ArrayList<>(),
        names,
        false);
    services.validateBy(this::askWebhooks);
  }

  private ApiServer(
      ClusterState state,
      ApiServerConfig config,
      ServiceRegistry services,
      ServiceCidrController cidrs,
      ForkableMap<ObjectKey, Map<String, Object>> lastApplied,
      List<Admission> webhooks,
      GeneratedNames names,
      boolean dryRun) {
    this.state = state;
    this.config = config;
    this.services = services;
    this.cidrs = cidrs;
    this.lastApplied = lastApplied;
    this.webhooks = webhooks;
    this.names = names;
    this.dryRun = dryRun;
  }

  /**
   * The same server for a copy of its state.
   *
   * @param copy what {@link ClusterState#fork} made of this server's state
   * @return the server, independent of this one, drawing the same from here on
   */
  public ApiServer fork(ClusterState copy) {
    return new ApiServer(copy, config, services.fork(copy), lastApplied.fork(), names.fork());
  }

  /**
   * The same server, whose requests change nothing: {@code --dry-run=server}.
   *
   * @return the view
   */
  public ApiServer dryRun() {
    return new ApiServer(state, config, services, cidrs, lastApplied, webhooks, names, true);
  }

  /**
   * Asks a component's webhooks about all objects from now on. A {@linkplain #fork fork} begins
   * without webhooks.
   *
   * @param webhook the webhooks
   */
  public void admitBy(Admission webhook) {
    webhooks.add(webhook);
  }

  private Map<String, ?> mutated(Map<String, ?> tree, @Nullable KubeObject stored) {
    Map<String, ?> current = tree;
    for (Admission webhook : webhooks) {
      Map<String, ?> before = current;
      current = decode(before, () -> webhook.mutate(before, stored));
    }
    return current;
  }

  private void askWebhooks(KubeObject object, @Nullable KubeObject stored) {
    webhooks.forEach(webhook -> webhook.validate(object, stored));
  }

  /**
   * The objects.
   *
   * @return the state
   */
  public ClusterState state() {
    return state;
  }

  /**
   * How the server was started.
   *
   * @return the configuration
   */
  public ApiServerConfig config() {
    return config;
  }

  /**
   * The ClusterIPs that are taken.
   *
   * @return the addresses, IPv4 first, sorted
   */
  public List<IpAddress> allocatedAddresses() {
    return services.cidrs().allocated();
  }

  /**
   * The node ports and health check ports that are taken.
   *
   * @return the ports, sorted
   */
  public List<Integer> allocatedPorts() {
    return services.ports().allocated();
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
    List<IpAddressObject> objects = new ArrayList<>();
    if (config.features().ipAddressObjects()) {
      for (IpAddress address : allocatedAddresses()) {
        ipAddress(address).ifPresent(objects::add);
      }
    }
    return objects;
  }

  private Optional<IpAddressObject> ipAddress(IpAddress address) {
    @Nullable ObjectKey owner = services.owner(address);
    return state
        .get(IpAddressObject.class, "", address.toString())
        .or(() -> Optional.ofNullable(owner).map(service -> ServiceCidrs.object(address, service)));
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
    int before = state.events().size();
    new ServiceRepair(state, config, services).run();
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
    TreeSet<String> names = new TreeSet<>(SYSTEM_NAMESPACES);
    for (String kind : state.kinds()) {
      for (KubeObject object : state.list(kind)) {
        ObjectMeta meta = object.metadata();
        names.add(kind.equals(Namespace.KIND) ? meta.name() : meta.namespace());
      }
    }
    names.remove("");
    return names.stream().map(this::namespace).toList();
  }

  private Namespace namespace(String name) {
    return state.get(Namespace.class, "", name).orElseGet(() -> {
      ObjectMeta meta = ObjectMeta.of("", name).withLabels(Map.of(Namespace.NAME_LABEL, name));
      return new Namespace(state
          .get(Service.class, "default", "kubernetes")
          .map(first -> first.metadata().creationTimestamp())
          .map(created -> meta.stored("", created, null, 0, 0))
          .orElse(meta));
    });
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
    ServiceCidr blocks = ServiceCidrController.ofFlags(config);
    if (config.features().ipAddressObjects() && state.get(blocks.key()).isEmpty()) {
      state.store(blocks);
    }
    return state.get(Service.class, "default", "kubernetes").orElseGet(() -> {
      ServicePort port =
          new ServicePort("https", Protocol.TCP, 443, IntOrString.of(securePort), 0, null);
      String first = services.cidrs().first(services.cidrs().defaultFamily()).toString();
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
    Map<String, ?> tree = mutated(request, null);
    if (!isNamedByServer(tree)) {
      return createNamed(tree);
    }
    GeneratedNames before = names.fork();
    Map<String, ?> named = named(tree);
    boolean complete = false;
    try {
      Response response = createNamed(named);
      complete = true;
      return response;
    } catch (ApiError e) {
      if (!e.reason().equals("AlreadyExists")) {
        throw e;
      }
      ObjectKey key = key(named);
      throw ApiError.noUniqueName(Resources.of(key.kind()), key.name());
    } finally {
      if (!complete || dryRun) {
        names.revertTo(before);
      }
    }
  }

  private static boolean isNamedByServer(Map<String, ?> tree) {
    return tree.get("metadata") instanceof Map<?, ?> meta
        && Objects.requireNonNullElse(meta.get("name"), "").equals("")
        && meta.get("generateName") instanceof String prefix
        && !prefix.isEmpty();
  }

  /** With a name that is free, if one is found within a few tries. */
  private Map<String, ?> named(Map<String, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>(tree);
    Map<String, Object> meta = new LinkedHashMap<>(map(tree.get("metadata")));
    copy.put("metadata", meta);
    String prefix = String.valueOf(meta.get("generateName"));
    meta.put("name", prefix);
    ObjectKey sequence = key(copy);
    int attempt = 0;
    do {
      meta.put("name", names.next(sequence.kind(), sequence.namespace(), prefix, name -> false));
    } while (++attempt < NAME_ATTEMPTS && find(key(copy)).isPresent());
    return copy;
  }

  private Response createNamed(Map<String, ?> tree) {
    requireOpenNamespace(tree);
    if (isService(tree)) {
      return services.create(decode(tree, () -> ServiceDraft.read(tree)), dryRun);
    }
    KubeObject object = admit(tree, null);
    if (find(object.key()).isPresent()) {
      throw ApiError.alreadyExists(
          Resources.of(object.kind()), object.metadata().name());
    }
    return new Response(
        store(object instanceof ServiceCidr block ? ServiceCidrController.ready(block) : object),
        List.of());
  }

  /**
   * Creates an object.
   *
   * @param object the object as a client would write it
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response create(KubeObject object) {
    if (object instanceof Service service
        && webhooks.isEmpty()
        && !object.metadata().name().isEmpty()) {
      requireOpenNamespace(
          object.kind(), object.metadata().namespace(), object.metadata().name());
      return services.create(ServiceDraft.of(service), dryRun);
    }
    return create(KubeObjects.toTree(object));
  }

  private void requireOpenNamespace(Map<String, ?> tree) {
    if (tree.get("metadata") instanceof Map<?, ?> meta
        && meta.get("namespace") instanceof String namespace) {
      Object name = meta.get("name");
      requireOpenNamespace(
          String.valueOf(tree.get("kind")), namespace, name == null ? "" : name.toString());
    }
  }

  /** Nothing is made in a namespace that is being deleted, except by those who hold it up. */
  private void requireOpenNamespace(String kind, String namespace, String name) {
    if (state.isTerminating(namespace)) {
      throw ApiError.forbidden(Resources.of(kind)
          + " \""
          + name
          + "\" is forbidden: unable to create new content in namespace "
          + namespace
          + " because it is being terminated");
    }
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
    ObjectKey key = key(request);
    requireSameUid(request, key);
    return updateAnyUid(request, key);
  }

  /** A request that names a uid means the object that has it. */
  private void requireSameUid(Map<String, ?> request, ObjectKey key) {
    String sent = metadata(request, key).uid();
    String stored = state.get(key).map(object -> object.metadata().uid()).orElse("");
    if (!sent.isEmpty() && !sent.equals(stored)) {
      throw ApiError.otherUid(Resources.of(key.kind()), key, sent, stored);
    }
  }

  private static ObjectMeta metadata(Map<String, ?> tree, ObjectKey key) {
    return decode(tree, () -> KubeObjects.readMetadata(Fields.of(tree), key.kind()));
  }

  private Response updateAnyUid(Map<String, ?> request, ObjectKey key) {
    @Nullable KubeObject stored = state.get(key).orElse(null);
    if (stored == null) {
      if (!CREATED_BY_PUT.contains(key.kind())) {
        throw ApiError.notFound(Resources.of(key.kind()), key.name());
      }
      return createNamed(mutated(request, null));
    }
    Map<String, ?> tree = mutated(request, stored);
    long version = metadata(tree, key).resourceVersion();
    if (version != 0 && version != stored.metadata().resourceVersion()) {
      throw ApiError.conflict(Resources.of(key.kind()), key.name());
    }
    if (stored instanceof Service service) {
      Response response =
          services.update(decode(tree, () -> ServiceDraft.read(tree)), service, dryRun);
      removeIfDone(stored, response.object());
      return response;
    }
    return new Response(store(admit(tree, stored)), List.of());
  }

  /**
   * Replaces the status of a Service: PUT to its {@code status} subresource. The spec stays.
   *
   * @param tree the object; of its spec the type alone matters, which decides on defaults
   * @return the object as stored
   * @throws ApiError if the request is refused
   */
  public Response updateStatus(Map<String, ?> tree) {
    ServiceDraft draft = decode(tree, () -> ServiceDraft.read(tree));
    Service stored = state
        .get(Service.class, draft.metadata.namespace(), draft.name())
        .orElseThrow(() -> ApiError.notFound("services", draft.name()));
    return services.updateStatus(draft, stored, dryRun);
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
    KubeObject stored = require(key);
    Map<String, Object> before = KubeObjects.toTree(stored);
    @Nullable
    Object after = switch (type) {
      case MERGE -> Patches.merge(before, patch);
      case STRATEGIC -> Patches.strategic(key.kind(), before, map(patch));
      case JSON -> JsonPatch.apply(before, list(patch));
    };
    Map<String, Object> tree = map(after);
    requireSameName(key, key(tree));
    String uid = metadata(tree, key).uid();
    if (!uid.isEmpty() && !uid.equals(stored.metadata().uid())) {
      FieldErrors errors = new FieldErrors(config.features());
      errors.invalid("metadata.uid", uid, "field is immutable");
      throw ApiError.invalid(Resources.qualifiedKind(key.kind()), key.name(), errors);
    }
    return updateAnyUid(tree, key);
  }

  private static void requireSameName(ObjectKey asked, ObjectKey patched) {
    if (!patched.kind().equals(asked.kind())) {
      throw ApiError.badRequest("a patch must not change the kind of " + asked);
    }
    if (!patched.namespace().equals(asked.namespace())) {
      throw ApiError.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    if (!patched.name().equals(asked.name())) {
      throw ApiError.badRequest("the name of the object (" + patched.name()
          + ") does not match the name on the URL (" + asked.name() + ")");
    }
  }

  @SuppressWarnings("unchecked") // trees have texts as keys
  private static Map<String, Object> map(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw ApiError.badRequest("expected an object");
  }

  private static List<?> list(Object tree) {
    if (tree instanceof List<?> list) {
      return list;
    }
    throw ApiError.badRequest("a JSON patch is a list of operations");
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
    ObjectKey key = key(tree);
    if (isNamedByServer(tree)) {
      throw ApiError.badRequest("from " + map(tree.get("metadata")).get("generateName")
          + ": cannot use generate name with apply");
    }
    @Nullable KubeObject live = state.get(key).orElse(null);
    Response response;
    if (live == null) {
      response = create(tree);
    } else {
      Map<String, ?> last = lastApplied(key, live);
      Map<String, Object> liveTree = KubeObjects.toTree(live);
      response = update(map(Patches.apply(key.kind(), last, withoutStatus(tree), liveTree)));
    }
    if (!dryRun) {
      lastApplied.put(key, withoutStatus(tree));
    }
    return response;
  }

  private static Map<String, Object> withoutStatus(Map<String, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    tree.forEach((name, value) -> {
      if (!name.equals("status") && value != null) {
        copy.put(name, value);
      }
    });
    return copy;
  }

  /** A snapshot of a live cluster has the last manifest in an annotation. */
  private Map<String, ?> lastApplied(ObjectKey key, KubeObject live) {
    @Nullable Map<String, Object> known = lastApplied.get(key);
    @Nullable String annotation = live.metadata().annotations().get(LAST_APPLIED);
    if (known != null || annotation == null) {
      return known == null ? Map.of() : known;
    }
    try {
      List<Manifest> manifests = Manifests.parse(annotation, LAST_APPLIED).manifests();
      return manifests.isEmpty() ? Map.of() : manifests.get(0).tree();
    } catch (ManifestException e) {
      throw ApiError.badRequest(key + ": annotation " + e.getMessage());
    }
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
        responses.add(apply(manifest));
      }
      return responses;
    });
  }

  private Response apply(Manifest manifest) {
    try {
      return apply(manifest.tree());
    } catch (ApiError e) {
      String field = e.getCause() instanceof ManifestException undecodable
          ? undecodable.path()
          : e.causes().isEmpty() ? "" : e.causes().get(0).field();
      ManifestException placed = manifest.at(field, String.valueOf(e.getMessage()));
      placed.initCause(e);
      throw placed;
    }
  }

  /**
   * Makes several requests that happen together or not at all; within others, too.
   *
   * @param requests makes the requests of this server
   * @param <T> what they give back
   * @return what the requests gave back
   */
  public <T> T together(Supplier<T> requests) {
    return state.transaction(() -> {
      ServiceRegistry.Pools pools = services.pools();
      ForkableMap<ObjectKey, Map<String, Object>> applied = lastApplied.fork();
      GeneratedNames before = names.fork();
      return state.transaction(requests, () -> {
        services.restore(pools);
        names.revertTo(before);
        lastApplied.revertTo(applied);
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
    boolean isNamespace = key.kind().equals(Namespace.KIND);
    if (isNamespace && IMMORTAL_NAMESPACES.contains(key.name())) {
      throw ApiError.forbidden(
          "namespaces \"" + key.name() + "\" is forbidden: this namespace may not be deleted");
    }
    KubeObject object = isNamespace ? requireNamespace(key) : require(key);
    requireMeant(object, uid, resourceVersion);
    if (dryRun) {
      return object;
    }
    if (object instanceof ServiceCidr block) {
      cidrs.delete(block);
      return object;
    }
    if (object instanceof IpAddressObject && state.get(key).isEmpty()) {
      return object; // the server makes it anew as long as the Service is there
    }
    ObjectMeta meta = object.metadata();
    if (isNamespace || !meta.finalizers().isEmpty()) {
      return meta.deletionTimestamp() != null
          ? object
          : state.store(object.withMetadata(meta.withDeletion(state.clock().now())));
    }
    remove(object);
    return object;
  }

  private static void requireMeant(KubeObject object, String uid, long resourceVersion) {
    ObjectMeta meta = object.metadata();
    String kind = Resources.qualifiedKind(object.kind());
    if (!uid.isEmpty() && !uid.equals(meta.uid())) {
      if (object instanceof Namespace) {
        throw ApiError.conflict(
            "namespaces",
            meta.name(),
            "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                + meta.uid());
      }
      throw ApiError.conflict(
          kind,
          meta.name(),
          "the UID in the precondition (" + uid + ") does not match the UID in record ("
              + meta.uid() + "). The object might have been deleted and then recreated");
    }
    if (resourceVersion != 0 && resourceVersion != meta.resourceVersion()) {
      throw ApiError.conflict(
          kind,
          meta.name(),
          "the ResourceVersion in the precondition (" + resourceVersion
              + ") does not match the ResourceVersion in record (" + meta.resourceVersion()
              + "). The object might have been modified");
    }
  }

  /** A namespace that nobody made is there if something is in it. */
  private Namespace requireNamespace(ObjectKey key) {
    return namespaces().stream()
        .filter(namespace -> namespace.metadata().name().equals(key.name()))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("namespaces", key.name()));
  }

  /**
   * Takes the finalizer {@code kubernetes} back from a namespace that is being deleted, as its
   * controller does when nothing is left in it. It goes then, unless its metadata names others: ask
   * again when they are removed. Anything else is left alone.
   *
   * @param name the namespace
   */
  public void finalizeNamespace(String name) {
    state
        .get(Namespace.class, "", name)
        .filter(Namespace::isTerminating)
        .filter(namespace -> namespace.metadata().finalizers().isEmpty())
        .ifPresent(this::remove);
  }

  private void remove(KubeObject object) {
    ObjectKey key = object.key();
    lastApplied.remove(key);
    if (object instanceof Service service) {
      services.deleted(service);
      state.remove(key);
      state.remove(new ObjectKey("Endpoints", key.namespace(), key.name()));
    } else {
      state.remove(key);
    }
  }

  private KubeObject require(ObjectKey key) {
    return find(key).orElseThrow(() -> ApiError.notFound(Resources.of(key.kind()), key.name()));
  }

  private Optional<? extends KubeObject> find(ObjectKey key) {
    return key.kind().equals(IpAddressObject.KIND)
        ? IpAddress.tryParse(key.name()).flatMap(this::ipAddress)
        : state.get(key);
  }

  /**
   * Finds an object.
   *
   * @param key which object
   * @return the object
   * @throws ApiError if there is none
   */
  public KubeObject get(ObjectKey key) {
    return require(key);
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
    return decode(tree, () -> {
      FieldErrors errors = isService(tree)
          ? validateService(tree, old)
          : ObjectValidation.of(config.features(), defaulted(tree), old);
      return errors.all().stream().map(Object::toString).toList();
    });
  }

  private FieldErrors validateService(Map<String, ?> tree, @Nullable Map<String, ?> old) {
    ServiceDraft draft = ServiceDraft.read(tree);
    ServiceDefaults.apply(draft);
    if (old == null) {
      return ServiceValidation.ofNew(config.features(), draft);
    }
    ServiceDraft before = ServiceDraft.read(old);
    ServiceDefaults.apply(before);
    return ServiceValidation.ofUpdate(config.features(), draft, before);
  }

  /**
   * Fills in the defaults of an object.
   *
   * @param tree the object as a client wrote it
   * @return a new tree with what the API server fills in before it looks at the object
   * @throws ApiError if the object cannot be decoded
   */
  public Map<String, Object> defaulted(Map<String, ?> tree) {
    return decode(tree, () -> ObjectDefaults.of(tree));
  }

  private KubeObject admit(Map<String, ?> tree, @Nullable KubeObject stored) {
    return decode(tree, () -> {
      Map<String, Object> complete = ObjectDefaults.of(tree);
      @Nullable Map<String, Object> old = stored == null ? null : KubeObjects.toTree(stored);
      if (old != null && !complete.containsKey("status") && old.containsKey("status")) {
        complete.put("status", old.get("status"));
      }
      Preparation.of(complete, old);
      FieldErrors errors = ObjectValidation.of(config.features(), complete, old);
      ObjectKey key = KubeObjects.keyOf(complete);
      if (!errors.isEmpty()) {
        throw ApiError.invalid(Resources.qualifiedKind(key.kind()), key.name(), errors);
      }
      KubeObject object = KubeObjects.fromTree(complete);
      if (stored != null) {
        object = object.withMetadata(object.metadata().withSystemFields(stored.metadata()));
      }
      askWebhooks(object, stored);
      return object;
    });
  }

  private KubeObject store(KubeObject object) {
    if (dryRun) {
      return object;
    }
    @Nullable KubeObject before = state.get(object.key()).orElse(null);
    KubeObject after = state.store(object);
    if (before != null) {
      removeIfDone(before, after);
    }
    return after;
  }

  /**
   * An object whose deletion was asked for goes with the last of its finalizers; a namespace has
   * one more, which its controller takes back.
   */
  private void removeIfDone(KubeObject before, KubeObject after) {
    if (!dryRun
        && !(after instanceof Namespace)
        && after.metadata().deletionTimestamp() != null
        && after.metadata().finalizers().isEmpty()
        && !before.metadata().finalizers().isEmpty()) {
      remove(after);
    }
  }

  private static boolean isService(Map<String, ?> tree) {
    return Service.KIND.equals(tree.get("kind"))
        && Kinds.qualified(String.valueOf(tree.get("apiVersion")), Service.KIND)
            .equals(Service.KIND);
  }

  private static ObjectKey key(Map<String, ?> tree) {
    return decode(tree, () -> KubeObjects.keyOf(tree));
  }

  /** What cannot be decoded is a bad request. */
  private static <T> T decode(Map<String, ?> tree, Supplier<T> decoder) {
    try {
      return decoder.get();
    } catch (ManifestException e) {
      Object kind = tree.get("kind");
      String path = e.path().isEmpty() ? "" : e.path() + ": ";
      ApiError refusal = ApiError.badRequest(kind
          + " in version \""
          + tree.get("apiVersion")
          + "\" cannot be handled as a "
          + kind
          + ": "
          + path
          + e.problem());
      refusal.initCause(e);
      throw refusal;
    }
  }
}
