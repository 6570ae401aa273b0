package dev.hairpin.cluster;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.ApiServer.Response;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.net.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/*
 * The pools follow the stored Services: what a stored Service uses is taken, what it no longer uses is free. For
 * its own writes the registry sees to that at once; of everybody else's writes the state tells it.
 */
/** Services and the pools they draw from. Not thread-safe. */
final class ServiceRegistry {
  private static final String RESOURCE = "services";

  private final ClusterState state;
  private BiConsumer<Service, @Nullable Service> lastWord = (service, stored) -> {};
  private final ApiServerConfig config;
  private final Draws draws;
  private ForkableMap<IpAddress, ObjectKey> addressOwners = new ForkableMap<>();
  private ForkableMap<Integer, ObjectKey> portOwners = new ForkableMap<>();
  private ServiceCidrs cidrs;
  private PortAllocator ports;

  ServiceRegistry(ClusterState state, ApiServerConfig config) {
    this.state = state;
    this.config = config;
    this.draws = new Draws(state.seed());
    this.cidrs = new ServiceCidrs(config.families(), config.features(), draws::below);
    config.serviceCidrs().forEach(cidrs::add);
    this.ports = new PortAllocator(config.nodePorts(), draws::below);
    state.list(Service.class).forEach(s -> settle(null, s));
    state.watch(this::onChange);
  }

  private ServiceRegistry(ServiceRegistry from, ClusterState copy) {
    this.state = copy;
    this.config = from.config;
    this.draws = from.draws.copy();
    this.cidrs = from.cidrs.copy(draws::below);
    this.ports = from.ports.copy(draws::below);
    this.addressOwners = from.addressOwners.fork();
    this.portOwners = from.portOwners.fork();
    copy.watch(this::onChange);
  }

  ServiceRegistry fork(ClusterState copy) {
    return new ServiceRegistry(this, copy);
  }

  /** The pools at one moment. */
  record Pools(
      long drawn,
      ServiceCidrs cidrs,
      PortAllocator ports,
      ForkableMap<IpAddress, ObjectKey> addressOwners,
      ForkableMap<Integer, ObjectKey> portOwners) {}

  Pools pools() {
    return new Pools(
        draws.place(),
        cidrs.copy(draws::below),
        ports.copy(draws::below),
        addressOwners.fork(),
        portOwners.fork());
  }

  void restore(Pools pools) {
    draws.returnTo(pools.drawn);
    cidrs = pools.cidrs;
    ports = pools.ports;
    addressOwners = pools.addressOwners;
    portOwners = pools.portOwners;
  }

  ServiceCidrs cidrs() {
    return cidrs;
  }

  PortAllocator ports() {
    return ports;
  }

  private ApiFeatures features() {
    return config.features();
  }

  /** Asks about every valid Service before it is stored. */
  void validateBy(BiConsumer<Service, @Nullable Service> webhooks) {
    lastWord = webhooks;
  }

  Response create(ServiceDraft draft, boolean dryRun) {
    ServiceDefaults.apply(draft);
    ServiceUpdates.syncClusterIps(draft);
    ServiceAllocation allocation = new ServiceAllocation(cidrs, ports, features(), dryRun);
    long drawn = draws.place();
    boolean complete = false;
    try {
      allocation.forCreate(draft);
      draft.ingress = List.of();
      draft.conditions = List.of();
      refuse(draft, ServiceValidation.ofNew(features(), draft));
      Response response = finish(draft, null, dryRun);
      complete = true;
      return response;
    } finally {
      if (!complete || dryRun) {
        allocation.revert();
        draws.returnTo(drawn);
      }
    }
  }

  Response update(ServiceDraft draft, Service stored, boolean dryRun) {
    ServiceDefaults.apply(draft);
    ServiceDraft old = ServiceDraft.of(stored);
    checkVersion(draft.metadata, stored);
    draft.metadata = draft.metadata.withSystemFields(stored.metadata());
    ServiceUpdates.keepAllocated(draft, old);
    ServiceUpdates.syncClusterIps(draft, old);
    ServiceAllocation allocation = new ServiceAllocation(cidrs, ports, features(), dryRun);
    long drawn = draws.place();
    boolean complete = false;
    try {
      allocation.forUpdate(draft, old);
      draft.ingress = old.ingress;
      draft.conditions = old.conditions;
      ServiceUpdates.dropUnused(draft, old);
      refuse(draft, ServiceValidation.ofUpdate(features(), draft, old));
      Response response = finish(draft, stored, dryRun);
      complete = true;
      return response;
    } finally {
      if (!complete || dryRun) {
        allocation.revert();
        draws.returnTo(drawn);
      }
    }
  }

  /** The spec stays; status and metadata are those of the request. */
  Response updateStatus(ServiceDraft draft, Service stored, boolean dryRun) {
    ServiceDefaults.apply(draft);
    checkVersion(draft.metadata, stored);
    ServiceDraft now = ServiceDraft.of(stored);
    now.metadata = draft.metadata.withSystemFields(stored.metadata());
    now.ingress = draft.ingress;
    now.conditions = draft.conditions;
    refuse(now, ServiceValidation.ofStatus(features(), now, ServiceDraft.of(stored)));
    return new Response(
        write(now.toService(), stored, dryRun), ServiceWarnings.ofStatus(now, features()));
  }

  private static void checkVersion(ObjectMeta sent, Service stored) {
    if (sent.resourceVersion() != 0
        && sent.resourceVersion() != stored.metadata().resourceVersion()) {
      throw ApiError.conflict(RESOURCE, sent.name());
    }
  }

  private static void refuse(ServiceDraft draft, FieldErrors errors) {
    if (!errors.isEmpty()) {
      throw ApiError.invalid(Service.KIND, draft.name(), errors);
    }
  }

  private Response finish(ServiceDraft draft, @Nullable Service stored, boolean dryRun) {
    if (draft.type.equals(ServiceDraft.EXTERNAL_NAME)) {
      draft.internalTrafficPolicy = null;
    }
    List<String> warnings = ServiceWarnings.of(draft, features());
    Service service = draft.toService();
    lastWord.accept(service, stored);
    if (stored == null && state.get(service.key()).isPresent()) {
      throw ApiError.alreadyExists(RESOURCE, draft.name());
    }
    return new Response(write(service, stored, dryRun), warnings);
  }

  private KubeObject write(Service service, @Nullable Service before, boolean dryRun) {
    if (dryRun) {
      return service;
    }
    settle(before, service);
    return state.store(service);
  }

  /**
   * Takes what a Service uses now and frees what it used before. Of a change within a group this
   * learns twice, at once and at the group's end; since only the owner can free, the second time
   * does nothing.
   */
  private void settle(@Nullable Service before, @Nullable Service after) {
    Set<IpAddress> addresses = after == null ? Set.of() : addresses(after);
    Set<Integer> numbers = after == null ? Set.of() : ports(after);
    if (before != null) {
      for (IpAddress address : addresses(before)) {
        if (!addresses.contains(address) && addressOwners.remove(address, before.key())) {
          release(address, before.key());
        }
      }
      for (int port : written(before.spec())) {
        if (!numbers.contains(port) && portOwners.remove(port, before.key())) {
          ports.release(port);
        }
      }
    }
    if (after == null) {
      return;
    }
    for (IpAddress address : addresses) {
      addressOwners.putIfAbsent(address, after.key());
      cidrs.take(address);
    }
    for (int port : numbers) {
      portOwners.putIfAbsent(port, after.key());
      if (config.nodePorts().contains(port) && !ports.has(port)) {
        ports.allocate(port);
      }
    }
  }

  /**
   * An IPAddress object that somebody stored keeps an address in use, unless it is the Service's.
   */
  private void release(IpAddress address, ObjectKey service) {
    ObjectKey key = new ObjectKey(IpAddressObject.KIND, "", address.toString());
    @Nullable KubeObject object = state.get(key).orElse(null);
    if (object instanceof IpAddressObject stored) {
      if (stored.parentRef().isService(service)) {
        state.remove(key); // what frees the address, too
      }
      return;
    }
    cidrs.release(address);
  }

  /** Which Service an address belongs to. */
  @Nullable
  ObjectKey owner(IpAddress address) {
    return addressOwners.get(address);
  }

  private static Set<IpAddress> addresses(Service service) {
    Set<IpAddress> addresses = new HashSet<>();
    service.spec().clusterIps().forEach(t -> AddressTexts.parse(t).ifPresent(addresses::add));
    return addresses;
  }

  /** The numbers that count; what an ExternalName Service writes is not reserved. */
  private static Set<Integer> ports(Service service) {
    ServiceSpec spec = service.spec();
    Set<Integer> numbers = new HashSet<>();
    if (spec.type() == ServiceType.NODE_PORT || spec.type() == ServiceType.LOAD_BALANCER) {
      spec.ports().stream().map(ServicePort::nodePort).filter(p -> p != 0).forEach(numbers::add);
    }
    if (spec.type() == ServiceType.LOAD_BALANCER
        && spec.externalTrafficPolicy() == TrafficPolicy.LOCAL
        && spec.healthCheckNodePort() != 0) {
      numbers.add(spec.healthCheckNodePort());
    }
    return numbers;
  }

  /** All numbers that a Service writes, whether they count or not. */
  private static Set<Integer> written(ServiceSpec spec) {
    Set<Integer> numbers = new HashSet<>();
    spec.ports().forEach(p -> numbers.add(p.nodePort()));
    numbers.add(spec.healthCheckNodePort());
    numbers.remove(0);
    return numbers;
  }

  /** Takes a number that a Service writes though it does not count. */
  void reserve(int port, ObjectKey service) {
    portOwners.putIfAbsent(port, service);
    ports.allocate(port);
  }

  /** Frees what a Service used that is gone. */
  void deleted(Service service) {
    settle(service, null);
  }

  private void onChange(Change change) {
    if (change.object() instanceof Service) {
      settle((Service) change.before(), (Service) change.after());
    }
  }
}
