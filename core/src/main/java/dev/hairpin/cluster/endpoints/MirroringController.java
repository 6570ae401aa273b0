package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.control.WorkQueue;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies Endpoints that people make by hand for a Service without selector into EndpointSlices, one
 * slice for each subset of the canonical form and each family.
 *
 * <p>Source: {@code pkg/controller/endpointslicemirroring} of Kubernetes v1.36.3.
 */
public final class MirroringController {
  static final String CONTROLLER_NAME = "endpointslicemirroring-controller.k8s.io";
  private static final String REPORTER = "endpoint-slice-mirroring-controller";
  private static final String SKIP_LABEL = "endpointslice.kubernetes.io/skip-mirror";
  private static final String LEADER_ANNOTATION = "control-plane.alpha.kubernetes.io/leader";
  private static final Set<String> ANNOTATIONS_NOT_COPIED =
      Set.of(LegacyEndpoints.TRIGGER_TIME, "kubectl.kubernetes.io/last-applied-configuration");

  /** How many addresses of a subset are mirrored. */
  private static final int MOST_PER_SUBSET = 1000;

  /** The slice that an address belongs to. */
  private record SliceKey(IpFamily family, Set<EndpointPort> ports) {}

  /** What a slice shall hold. */
  private record Wanted(List<EndpointPort> ports, Map<EndpointId, Endpoint> endpoints) {}

  private final ClusterState state;
  private final OwnWrites writes;
  private final StoredSlices slices;
  private final SliceWriter writer;
  private final WorkQueue<String> queue;

  private MirroringController(
      ClusterState state, GeneratedNames names, Duration delay, StoredSlices slices) {
    this.state = state;
    this.slices = slices;
    this.writes = new OwnWrites(state);
    this.writer = new SliceWriter(state, writes, names, slices);
    this.queue = new WorkQueue<>(state.clock(), delay, this::sync);
    state.watch(this::changed);
  }

  /**
   * Starts the controller on a state, whatever it holds; it looks at it when the clock next runs.
   *
   * @param state the cluster
   * @param names names the slices
   * @param delay how long after a change it looks
   * @return the controller
   */
  public static MirroringController start(
      ClusterState state, GeneratedNames names, Duration delay) {
    StoredSlices slices = new StoredSlices(CONTROLLER_NAME);
    state.list(EndpointSlice.class).stream().filter(slices::manages).forEach(slices::put);
    MirroringController controller = new MirroringController(state, names, delay, slices);
    state.list(Endpoints.class).forEach(e -> controller.queue.add(e.key().namespacedName()));
    return controller;
  }

  /**
   * Starts the controller on a fork of the cluster; it goes on where this one is.
   *
   * @param copy the fork
   * @param names names the slices
   * @param delay how long after a change it looks
   * @return the fork's controller
   */
  public MirroringController fork(ClusterState copy, GeneratedNames names, Duration delay) {
    MirroringController fork = new MirroringController(copy, names, delay, slices.fork());
    fork.queue.continueFrom(queue);
    return fork;
  }

  private void changed(Change change) {
    KubeObject object = change.object();
    if (object instanceof Endpoints || object instanceof Service) {
      queue.add(object.key().namespacedName());
    } else if (object instanceof EndpointSlice slice
        && slices.manages(slice)
        && !writes.include(change)) {
      if (change.after() == null) {
        slices.remove(slice);
      } else {
        slices.put(slice);
      }
      queue.add(StoredSlices.serviceKey(slice));
    }
  }

  private void sync(String key) {
    int slash = key.indexOf('/');
    String namespace = key.substring(0, slash);
    String name = key.substring(slash + 1);
    @Nullable Endpoints endpoints = state.get(Endpoints.class, namespace, name).orElse(null);
    @Nullable Service service = state.get(Service.class, namespace, name).orElse(null);
    if (endpoints == null
        || service == null
        || service.spec().selector() != null
        || "true".equals(endpoints.metadata().labels().get(SKIP_LABEL))
        || endpoints.metadata().annotations().containsKey(LEADER_ANNOTATION)) {
      slices.of(key).forEach(writer::delete);
      return;
    }
    SlicePlan plan = plan(slices.of(key), endpoints);
    plan.reuseDeleted();
    Map<String, String> annotations = annotations(endpoints);
    if (endpoints.metadata().deletionTimestamp() == null && !state.isTerminating(namespace)) {
      plan.create().forEach(draft -> writer.write(draft, endpoints, annotations));
    }
    plan.update().forEach(draft -> writer.write(draft, endpoints, annotations));
    plan.delete().forEach(writer::delete);
  }

  private SlicePlan plan(List<EndpointSlice> stored, Endpoints endpoints) {
    Map<SliceKey, List<EndpointSlice>> storedByKey = new LinkedHashMap<>();
    for (EndpointSlice slice : stored) {
      IpFamily family =
          slice.addressType().equals(IpFamily.IPV6.toString()) ? IpFamily.IPV6 : IpFamily.IPV4;
      storedByKey
          .computeIfAbsent(new SliceKey(family, Set.copyOf(slice.ports())), k -> new ArrayList<>())
          .add(slice);
    }
    Map<String, String> labels = labels(endpoints);
    Map<String, String> annotations = annotations(endpoints);
    SlicePlan plan = new SlicePlan();
    wanted(endpoints).forEach((key, wanted) -> {
      @Nullable List<EndpointSlice> there = storedByKey.remove(key);
      if (wanted.endpoints().isEmpty()) {
        if (there != null) {
          plan.delete().addAll(there);
        }
        return;
      }
      List<Endpoint> list = List.copyOf(wanted.endpoints().values());
      if (there == null) {
        SliceDraft draft = SliceDraft.empty(key.family().toString(), wanted.ports(), labels);
        plan.create().add(draft.withEndpoints(list));
        return;
      }
      EndpointSlice first = there.get(0);
      plan.delete().addAll(there.subList(1, there.size()));
      if (!Set.copyOf(first.endpoints()).equals(Set.copyOf(list))
          || !first.metadata().labels().equals(labels)
          || !first.metadata().annotations().equals(annotations)) {
        plan.update().add(SliceDraft.of(first).withEndpoints(list).withLabels(labels));
      }
    });
    storedByKey.values().forEach(plan.delete()::addAll);
    return plan;
  }

  private Map<SliceKey, Wanted> wanted(Endpoints endpoints) {
    Map<SliceKey, Wanted> wanted = new LinkedHashMap<>();
    int invalid = 0;
    int skipped = 0;
    for (EndpointSubset subset : SubsetPacking.repacked(endpoints.subsets())) {
      Set<EndpointPort> ports = Set.copyOf(subset.ports());
      int added = 0;
      skipped += subset.addresses().size() + subset.notReadyAddresses().size();
      for (boolean ready : new boolean[] {true, false}) {
        for (EndpointAddress address : ready ? subset.addresses() : subset.notReadyAddresses()) {
          if (added >= MOST_PER_SUBSET) {
            break;
          }
          @Nullable IpAddress ip = IpAddress.tryParse(address.ip()).orElse(null);
          if (ip == null) {
            invalid++;
          } else {
            Endpoint endpoint = endpoint(address, ip, ready);
            wanted
                .computeIfAbsent(
                    new SliceKey(ip.family(), ports),
                    k -> new Wanted(subset.ports(), new LinkedHashMap<>()))
                .endpoints()
                .put(EndpointId.of(endpoint), endpoint);
            added++;
          }
        }
      }
      skipped -= added;
    }
    ObjectKey object = endpoints.key();
    if (invalid > 0) {
      state.report(
          object,
          true,
          "InvalidIPAddress",
          "Skipped %d invalid IP addresses when mirroring to EndpointSlices".formatted(invalid),
          REPORTER);
    }
    if (skipped > invalid) {
      state.report(
          object,
          true,
          "TooManyAddressesToMirror",
          ("A max of %d addresses can be mirrored to EndpointSlices per Endpoints subset. %d"
                  + " addresses were skipped")
              .formatted(MOST_PER_SUBSET, skipped),
          REPORTER);
    }
    return wanted;
  }

  private static Endpoint endpoint(EndpointAddress address, IpAddress ip, boolean ready) {
    return new Endpoint(
        List.of(ip.toString()),
        ready,
        null,
        null,
        address.hostname().isEmpty() ? null : address.hostname(),
        address.nodeName(),
        null,
        List.of(),
        List.of(),
        address.targetRef());
  }

  private static Map<String, String> labels(Endpoints endpoints) {
    Map<String, String> labels = new LinkedHashMap<>(endpoints.metadata().labels());
    labels.put(EndpointSlice.SERVICE_NAME_LABEL, endpoints.metadata().name());
    labels.put(SliceReconciler.MANAGED_BY_LABEL, CONTROLLER_NAME);
    return labels;
  }

  private static Map<String, String> annotations(Endpoints endpoints) {
    Map<String, String> annotations = new LinkedHashMap<>(endpoints.metadata().annotations());
    annotations.keySet().removeAll(ANNOTATIONS_NOT_COPIED);
    return annotations;
  }
}
