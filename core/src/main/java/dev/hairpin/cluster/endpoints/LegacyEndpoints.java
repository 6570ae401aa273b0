package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the Endpoints object of a Service, as the endpoints controller does.
 *
 * <p>Source: {@code pkg/controller/endpoint}. Unlike slices it holds one family only, leaves out
 * terminating pods unless the Service publishes what is not ready, drops a pod from a port that it
 * lacks, and does not ask whether the pod's node exists.
 */
final class LegacyEndpoints {
  static final String MANAGED_BY_LABEL = "endpoints.kubernetes.io/managed-by";
  static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
  private static final String CONTROLLER_NAME = "endpoint-controller";

  private LegacyEndpoints() {}

  static void write(ClusterState state, OwnWrites writes, Service service, ServiceMembers members) {
    String namespace = service.metadata().namespace();
    String name = service.metadata().name();
    @Nullable Endpoints stored = state.get(Endpoints.class, namespace, name).orElse(null);
    if (stored == null && state.isTerminating(namespace)) {
      return;
    }
    List<EndpointSubset> subsets = subsets(service, members);
    Map<String, String> labels = labels(service);
    boolean over = OverCapacity.exceededBy(subsets);
    List<EndpointSubset> kept = over ? OverCapacity.truncate(subsets) : subsets;
    Map<String, String> annotations =
        new LinkedHashMap<>(stored == null ? Map.of() : stored.metadata().annotations());
    boolean same = stored != null
        && stored.subsets().equals(kept)
        && stored.metadata().labels().equals(labels);
    // what was cut is never taken for what it should be, so that its trigger time is written anew
    if (same && !over && !annotations.containsKey(OverCapacity.ANNOTATION)) {
      return;
    }
    annotate(annotations, members.triggerTime());
    if (over) {
      annotations.put(OverCapacity.ANNOTATION, "truncated");
    } else {
      annotations.remove(OverCapacity.ANNOTATION);
    }
    if (stored != null && same && stored.metadata().annotations().equals(annotations)) {
      return;
    }
    ObjectMeta meta = stored == null ? ObjectMeta.of(namespace, name) : stored.metadata();
    writes.store(new Endpoints(meta.withLabels(labels).withAnnotations(annotations), kept));
  }

  /**
   * Moves one pod between the ready and the other addresses.
   *
   * @return false if that is not enough, because there is no object yet or it is cut short
   */
  static boolean move(
      ClusterState state, OwnWrites writes, Service service, Pod pod, @Nullable Instant trigger) {
    @Nullable
    Endpoints stored = state
        .get(Endpoints.class, service.metadata().namespace(), service.metadata().name())
        .orElse(null);
    if (stored == null || stored.metadata().annotations().containsKey(OverCapacity.ANNOTATION)) {
      return false;
    }
    EndpointAddress address = address(service, pod);
    if (address == null) {
      return true;
    }
    boolean ready = service.spec().publishNotReadyAddresses() || pod.isReady();
    Endpoints moved = InPlaceChange.move(stored, address, ready);
    if (!moved.subsets().equals(stored.subsets())) {
      Map<String, String> annotations = new LinkedHashMap<>(stored.metadata().annotations());
      annotate(annotations, trigger);
      writes.store(moved.withMetadata(stored.metadata().withAnnotations(annotations)));
    }
    return true;
  }

  static void annotate(Map<String, String> annotations, @Nullable Instant triggerTime) {
    if (triggerTime != null) {
      // the API's times have whole seconds
      annotations.put(TRIGGER_TIME, triggerTime.truncatedTo(ChronoUnit.SECONDS).toString());
    } else {
      annotations.remove(TRIGGER_TIME);
    }
  }

  private static Map<String, String> labels(Service service) {
    Map<String, String> labels = new LinkedHashMap<>(service.metadata().labels());
    labels.remove(SliceReconciler.HEADLESS_LABEL);
    String clusterIp = service.spec().clusterIp();
    if (clusterIp.isEmpty() || clusterIp.equals("None")) {
      labels.put(SliceReconciler.HEADLESS_LABEL, "");
    }
    labels.put(MANAGED_BY_LABEL, CONTROLLER_NAME);
    return labels;
  }

  private static List<EndpointSubset> subsets(Service service, ServiceMembers members) {
    SubsetPacking packing = new SubsetPacking();
    boolean unready = service.spec().publishNotReadyAddresses();
    for (ServiceMembers.Member member : members.members()) {
      Pod pod = member.pod();
      if (pod.isTerminating() && !unready) {
        continue;
      }
      EndpointAddress address = address(service, pod);
      if (address == null) {
        continue;
      }
      boolean ready = unready || pod.isReady();
      if (service.spec().ports().isEmpty() && service.spec().isHeadless()) {
        packing.addWithoutPort(address, ready);
      }
      for (EndpointPort port : member.group().ports()) {
        packing.add(address, port, ready);
      }
    }
    return packing.subsets();
  }

  /** A pod's address; null if it has none in the one family that the Endpoints hold. */
  private static @Nullable EndpointAddress address(Service service, Pod pod) {
    List<String> addresses = PodEndpoint.addresses(pod, family(service, pod));
    if (addresses.isEmpty()) {
      return null;
    }
    @Nullable String hostname = PodEndpoint.hostname(pod, service);
    return new EndpointAddress(
        addresses.get(0),
        hostname == null ? "" : hostname,
        pod.spec().nodeName().isEmpty() ? null : pod.spec().nodeName(),
        PodEndpoint.reference(pod));
  }

  /** The one family that an Endpoints object holds. */
  private static IpFamily family(Service service, Pod pod) {
    if (!service.spec().ipFamilies().isEmpty()) {
      return service.spec().ipFamilies().get(0);
    }
    String of = service.spec().isHeadless() || service.spec().clusterIp().isEmpty()
        ? pod.podIps().get(0)
        : service.spec().clusterIp();
    return IpAddress.tryParse(of).map(IpAddress::family).orElse(IpFamily.IPV4);
  }
}
