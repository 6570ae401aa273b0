package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.control.WorkQueue;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the EndpointSlices and the Endpoints of every Service with a selector.
 *
 * <p>Source: the EndpointSlice controller and the Endpoints controller of kube-controller-manager
 * v1.36.3. A change of a pod costs work in proportion to its Services' pods, mostly less, and never
 * to the size of the cluster. Single-writer, like the state it works on.
 */
public final class EndpointsController {

  /** How many endpoints a slice holds by default, {@code --max-endpoints-per-slice}. */
  public static final int DEFAULT_MAX_PER_SLICE = 100;

  /** Beyond so many changed pods at once the reconciler's one look at all is cheaper. */
  private static final int MOST_IN_PLACE = 16;

  private static final String REPORTER = "endpoint-slice-controller";

  private final ClusterState state;
  private final int mostPerSlice;
  private final WorkQueue<String> queue;
  private final SelectorIndex index;
  private final StoredSlices slices;
  private final OwnWrites writes;
  private final SliceWriter writer;
  private final ForkableMap<String, ServiceMembers> membersByService;
  private final Map<String, Set<String>> waitingForNode = new HashMap<>();
  private final TopologyHints topology = new TopologyHints();
  private final Set<String> disturbed = new HashSet<>();
  private long nodesVersion;
  private boolean zonesChanged;
  private boolean nodesSeen;

  private EndpointsController(
      ClusterState state,
      GeneratedNames names,
      Duration delay,
      int mostPerSlice,
      SelectorIndex index,
      StoredSlices slices,
      ForkableMap<String, ServiceMembers> membersByService) {
    this.state = state;
    this.mostPerSlice = mostPerSlice;
    this.index = index;
    this.slices = slices;
    this.membersByService = membersByService;
    this.writes = new OwnWrites(state);
    this.writer = new SliceWriter(state, writes, names, slices);
    this.queue = new WorkQueue<>(state.clock(), delay, this::sync);
    state.watch(this::changed);
  }

  /**
   * Starts the controllers on a state, whatever it holds; they look at it when the clock next runs.
   *
   * @param state the cluster
   * @param names names the slices
   * @param delay how long after a change they look
   * @param mostPerSlice how many endpoints a slice may hold, 1 to 1000
   * @return the controllers
   * @throws IllegalArgumentException if {@code mostPerSlice} is out of range
   */
  public static EndpointsController start(
      ClusterState state, GeneratedNames names, Duration delay, int mostPerSlice) {
    if (mostPerSlice < 1 || mostPerSlice > 1000) {
      throw new IllegalArgumentException(
          "max-endpoints-per-slice " + mostPerSlice + " is not within 1-1000");
    }
    EndpointsController controller = new EndpointsController(
        state,
        names,
        delay,
        mostPerSlice,
        new SelectorIndex(),
        new StoredSlices(SliceReconciler.CONTROLLER_NAME),
        new ForkableMap<>());
    controller.zonesChanged = true;
    state.list(EndpointSlice.class).forEach(controller::noteSlice);
    state.list(Pod.class).forEach(controller.index::put);
    state.list(Service.class).forEach(service -> controller.changed(null, service));
    return controller;
  }

  /**
   * Starts controllers on a fork of the cluster that go on where these are.
   *
   * @param copy the fork
   * @param names names the slices
   * @param delay how long after a change they look
   * @return the fork's controllers
   */
  public EndpointsController fork(ClusterState copy, GeneratedNames names, Duration delay) {
    EndpointsController fork = new EndpointsController(
        copy, names, delay, mostPerSlice, index.fork(), slices.fork(), membersByService.fork());
    waitingForNode.forEach((node, keys) -> fork.waitingForNode.put(node, new HashSet<>(keys)));
    fork.topology.continueFrom(topology);
    fork.disturbed.addAll(disturbed);
    fork.nodesVersion = nodesVersion;
    fork.zonesChanged = zonesChanged;
    fork.nodesSeen = nodesSeen;
    fork.queue.continueFrom(queue);
    return fork;
  }

  private void changed(Change change) {
    if (writes.include(change)) {
      return;
    }
    KubeObject object = change.object();
    if (object instanceof Pod) {
      changed((Pod) change.before(), (Pod) change.after());
    } else if (object instanceof Service) {
      changed((Service) change.before(), (Service) change.after());
    } else if (object instanceof EndpointSlice) {
      changed((EndpointSlice) change.before(), (EndpointSlice) change.after());
    } else if (object instanceof Node) {
      changed((Node) change.before(), (Node) change.after());
    } else if (object instanceof Endpoints && change.type() != Change.Type.ADDED) {
      disturb(object.key().namespacedName());
    }
  }

  private void changed(@Nullable Pod before, @Nullable Pod after) {
    if (before != null) {
      enqueueServicesOf(before);
    }
    if (after == null) {
      if (before != null) {
        index.remove(before);
      }
      return;
    }
    index.put(after);
    if (before == null || !before.metadata().labels().equals(after.metadata().labels())) {
      enqueueServicesOf(after);
    }
  }

  private void enqueueServicesOf(Pod pod) {
    for (Service service :
        index.servicesOf(pod.metadata().namespace(), pod.metadata().labels())) {
      String key = service.key().namespacedName();
      members(key).podChanged(pod.metadata().name());
      queue.add(key);
    }
  }

  private void changed(@Nullable Service before, @Nullable Service after) {
    if (before != null) {
      index.remove(before);
    }
    if (after != null) {
      index.put(after);
    }
    Service any = after != null ? after : before;
    if (any != null) {
      queue.add(any.key().namespacedName());
    }
  }

  private void changed(@Nullable EndpointSlice before, @Nullable EndpointSlice after) {
    if (before != null && slices.manages(before)) {
      slices.remove(before);
      disturb(StoredSlices.serviceKey(before));
    }
    if (after != null && slices.manages(after)) {
      slices.put(after);
      disturb(StoredSlices.serviceKey(after));
    }
  }

  /** Somebody else wrote what these controllers own: everything of the Service is looked at. */
  private void disturb(String serviceKey) {
    disturbed.add(serviceKey);
    queue.add(serviceKey);
  }

  private void noteSlice(EndpointSlice slice) {
    if (slices.manages(slice)) {
      slices.put(slice);
    }
  }

  /** The zones' shares are worked out anew by the original, too, for no other change of a node. */
  private void changed(@Nullable Node before, @Nullable Node after) {
    if (before == null || after == null || !before.zone().equals(after.zone())) {
      nodesVersion++;
      zonesChanged = true;
    } else if (before.isReady() != after.isReady()) {
      zonesChanged = true;
    }
    nodesSeen = true;
    if (zonesChanged) {
      refreshZones();
      topology.overloaded().forEach(this::disturb);
    }
    if (before == null && after != null) {
      Set<String> waiting = waitingForNode.remove(after.metadata().name());
      if (waiting != null) {
        waiting.stream().sorted().forEach(this::disturb);
      }
    }
  }

  /** Works out the zones' shares, but only where somebody asks for them. */
  private void refreshZones() {
    if (zonesChanged && topology.isUsed()) {
      Collection<Node> nodes = state.list(Node.class);
      nodesSeen = nodesSeen || !nodes.isEmpty();
      topology.capacity(nodesSeen ? ZoneCapacity.of(nodes) : null);
      zonesChanged = false;
    }
  }

  private ServiceMembers members(String serviceKey) {
    @Nullable ServiceMembers members = membersByService.writable(serviceKey, ServiceMembers::copy);
    if (members == null) {
      members = new ServiceMembers();
      membersByService.put(serviceKey, members);
    }
    return members;
  }

  private void sync(String key) {
    int slash = key.indexOf('/');
    String namespace = key.substring(0, slash);
    String name = key.substring(slash + 1);
    @Nullable Service service = state.get(Service.class, namespace, name).orElse(null);
    if (service == null) {
      forget(key, namespace, name);
      return;
    }
    if (!SelectorIndex.hasEndpoints(service)) {
      return;
    }
    ServiceMembers members = members(key);
    @Nullable
    List<ServiceMembers.Difference> differences = members.refresh(
        service,
        nodesVersion,
        index,
        node -> state.get(Node.class, "", node).orElse(null),
        node -> waitingForNode.computeIfAbsent(node, n -> new HashSet<>()).add(key));
    boolean othersWrote = disturbed.remove(key);
    if (differences != null && !othersWrote && changeInPlace(key, service, members, differences)) {
      return;
    }
    syncSlices(key, service, members);
    LegacyEndpoints.write(state, writes, service, members);
  }

  /**
   * Makes changes that leave everything in its place.
   *
   * @return false if there are others, and everything has to be looked at
   */
  private boolean changeInPlace(
      String key,
      Service service,
      ServiceMembers members,
      List<ServiceMembers.Difference> differences) {
    boolean publishes = service.spec().publishNotReadyAddresses();
    if (TopologyHints.wantedBy(service)
        || differences.size() > MOST_IN_PLACE
        || !differences.stream().allMatch(d -> InPlaceChange.isPossible(d, publishes))) {
      return false;
    }
    boolean hinted = TrafficDistributionHints.wantedBy(service);
    boolean sameNode =
        TrafficDistributionHints.PREFER_SAME_NODE.equals(service.spec().trafficDistribution());
    for (ServiceMembers.Difference difference : differences) {
      ServiceMembers.Member before = difference.before();
      ServiceMembers.Member after = difference.after();
      if (before == null || after == null) {
        throw new AssertionError("a change in place keeps the pod");
      }
      for (IpFamily family : families(service)) {
        Endpoint old = before.endpoints().get(family);
        Endpoint fresh = after.endpoints().get(family);
        if (old == null || fresh == null) {
          continue;
        }
        InPlaceChange.Place place = InPlaceChange.find(slices.of(key), old);
        if (place == null) {
          return false;
        }
        Endpoint shown = hinted ? TrafficDistributionHints.hinted(fresh, sameNode) : fresh;
        if (!place.endpoint().equals(shown)) {
          write(place.with(shown), service, members);
        }
      }
      boolean terminating = after.pod().isTerminating() && !publishes;
      if (!terminating
          && !LegacyEndpoints.move(state, writes, service, after.pod(), members.triggerTime())) {
        LegacyEndpoints.write(state, writes, service, members);
      }
    }
    return true;
  }

  /** The Endpoints controller deletes its object; the slices go with their owner. */
  private void forget(String key, String namespace, String name) {
    membersByService.remove(key);
    writes.remove(new ObjectKey(Endpoints.KIND, namespace, name));
    slices.of(key).forEach(writer::delete);
    for (IpFamily family : IpFamily.values()) {
      topology.forget(key, family.toString(), null);
    }
  }

  private void syncSlices(String key, Service service, ServiceMembers members) {
    Set<IpFamily> families = families(service);
    Map<String, List<EndpointSlice>> owned = new HashMap<>();
    for (EndpointSlice slice : slices.of(key)) {
      boolean wanted = families.stream().anyMatch(f -> f.toString().equals(slice.addressType()));
      if (!wanted) {
        topology.forget(key, slice.addressType(), null);
      }
      if (!wanted || !isOwned(slice, service)) {
        writer.delete(slice);
      } else {
        owned.computeIfAbsent(slice.addressType(), t -> new ArrayList<>()).add(slice);
      }
    }
    for (IpFamily family : families) {
      String addressType = family.toString();
      List<EndpointSlice> stored = owned.getOrDefault(addressType, List.of());
      Map<PortGroup, Map<EndpointId, Endpoint>> desired = members.endpoints(family);
      SlicePlan plan = new SliceReconciler(service, addressType, mostPerSlice, members.groups())
          .plan(stored, desired);
      addHints(key, service, addressType, plan, stored);
      plan.reuseDeleted();
      if (service.metadata().deletionTimestamp() == null
          && !state.isTerminating(service.metadata().namespace())) {
        plan.create().forEach(draft -> write(draft, service, members));
      }
      plan.update().forEach(draft -> write(draft, service, members));
      plan.delete().forEach(writer::delete);
    }
  }

  private void addHints(
      String key, Service service, String addressType, SlicePlan plan, List<EndpointSlice> stored) {
    ObjectKey object = service.key();
    if (TopologyHints.wantedBy(service)) {
      topology.use();
      refreshZones();
      topology.apply(
          key,
          addressType,
          plan,
          stored,
          (reason, message) -> state.report(object, false, reason, message, REPORTER),
          (reason, message) -> state.report(object, true, reason, message, REPORTER));
      return;
    }
    topology.forget(
        key,
        addressType,
        (reason, message) -> state.report(object, true, reason, message, REPORTER));
    if (TrafficDistributionHints.wantedBy(service)) {
      TrafficDistributionHints.apply(service, plan, stored);
    } else {
      TrafficDistributionHints.remove(plan, stored);
    }
  }

  private void write(SliceDraft draft, Service service, ServiceMembers members) {
    Map<String, String> annotations = SliceWriter.annotations(draft);
    LegacyEndpoints.annotate(annotations, members.triggerTime());
    writer.write(draft, service, annotations);
  }

  private static boolean isOwned(EndpointSlice slice, Service service) {
    return slice.metadata().ownerReferences().stream()
        .anyMatch(o -> o.uid().equals(service.metadata().uid())
            && o.kind().equals(Service.KIND)
            && o.apiVersion().equals("v1"));
  }

  /** The families of a Service's slices; those of its ClusterIP, or both, if it does not say. */
  private static Set<IpFamily> families(Service service) {
    if (!service.spec().ipFamilies().isEmpty()) {
      return EnumSet.copyOf(service.spec().ipFamilies());
    }
    String clusterIp = service.spec().clusterIp();
    if (clusterIp.isEmpty() || clusterIp.equals("None")) {
      return EnumSet.allOf(IpFamily.class);
    }
    return EnumSet.of(IpAddress.tryParse(clusterIp).map(IpAddress::family).orElse(IpFamily.IPV4));
  }
}
