package dev.hairpin.dns.kubernetes;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.message.DnsName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The objects that CoreDNS watches, by the names and addresses under which it looks for them.
 *
 * <p>A change of one object costs time proportional to that object, not to the cluster.
 */
final class KubeIndex {

  /*
   * A Service is found by (namespace, name) through two hash maps, so that no key has to be made for
   * a look-up. Slices hang at their service's entry, which exists as long as there is a Service or a
   * slice. Addresses are indexed as the text that stands in the objects, since CoreDNS compares them
   * so.
   */
  private final Map<String, Map<String, Entry>> entries = new HashMap<>();
  private final Map<DnsName, Entry> entriesByName = new HashMap<>();
  private final Map<String, Map<String, KubeService>> servicesByIp = new HashMap<>();
  private final Map<String, Map<String, KubeService>> servicesByExternalIp = new HashMap<>();
  private final Map<String, Map<String, KubeSlice>> slicesByIp = new HashMap<>();
  private final Map<String, Map<String, Pod>> podsByIp = new HashMap<>();
  private final Set<String> namespaces = new HashSet<>();
  private final KubernetesOptions options;
  private final boolean keepsTerminatingPods;
  private boolean synced;
  private long modified;
  private long externalModified;

  /** What hangs together under one service name. */
  static final class Entry {
    private final Map<String, KubeSlice> slices = new LinkedHashMap<>();
    private @Nullable KubeService service;
    private PlainAnswers.@Nullable Prepared prepared;

    /** What was prepared for the Service as it is now, or null. */
    PlainAnswers.@Nullable Prepared prepared() {
      return prepared;
    }

    void prepare(PlainAnswers.@Nullable Prepared answers) {
      prepared = answers;
    }

    @Nullable
    KubeService service() {
      return service;
    }

    Iterable<KubeSlice> slices() {
      return slices.values();
    }

    int sliceCount() {
      return slices.size();
    }
  }

  KubeIndex(KubernetesOptions options, boolean keepsTerminatingPods) {
    this.options = options;
    this.keepsTerminatingPods = keepsTerminatingPods;
  }

  /** Takes over all objects and follows their changes from now on. */
  void follow(ClusterState state) {
    state.watch(change -> apply(change, state));
    for (String kind : List.of(Namespace.KIND, Service.KIND, EndpointSlice.KIND, Pod.KIND)) {
      for (KubeObject object : state.list(kind)) {
        apply(new Change(null, object), state);
      }
    }
    synced = true;
  }

  boolean isSynced() {
    return synced;
  }

  /** The time of the last change that counts, in seconds since 1970; 0 before the first. */
  long modified() {
    return modified;
  }

  /**
   * The time of the last change of external addresses, in seconds since 1970; 0 before the first.
   */
  long externalModified() {
    return externalModified;
  }

  boolean hasNamespace(String name) {
    return namespaces.contains(name);
  }

  @Nullable
  Entry entry(String namespace, String name) {
    Map<String, Entry> inside = entries.get(namespace);
    return inside == null ? null : inside.get(name);
  }

  /** What has a full name of its own in a zone of the cluster: Services. */
  @Nullable
  Entry named(DnsName name) {
    return entriesByName.get(name);
  }

  /** The services of all namespaces, in no particular order. */
  List<KubeService> services() {
    List<KubeService> all = new ArrayList<>();
    for (Map<String, Entry> inside : entries.values()) {
      for (Entry entry : inside.values()) {
        if (entry.service != null) {
          all.add(entry.service);
        }
      }
    }
    return all;
  }

  Iterable<KubeService> servicesWithIp(String ip) {
    return servicesByIp.getOrDefault(ip, Map.of()).values();
  }

  Iterable<KubeService> servicesWithExternalIp(String ip) {
    return servicesByExternalIp.getOrDefault(ip, Map.of()).values();
  }

  Iterable<KubeSlice> slicesWithIp(String ip) {
    return slicesByIp.getOrDefault(ip, Map.of()).values();
  }

  Iterable<Pod> podsWithIp(String ip) {
    return podsByIp.getOrDefault(ip, Map.of()).values();
  }

  private void apply(Change change, ClusterState state) {
    ObjectKey key = change.key();
    long now = state.clock().now().getEpochSecond();
    switch (key.kind()) {
      case Namespace.KIND -> {
        boolean there = change.after() != null && selected(options.namespaceLabels, change.after());
        if (there) {
          namespaces.add(key.name());
        } else {
          namespaces.remove(key.name());
        }
      }
      case Service.KIND -> applyService(change, now);
      case EndpointSlice.KIND -> {
        if (options.endpoints) {
          applySlice(change, now);
        }
      }
      case Pod.KIND -> {
        if (options.pods == KubernetesOptions.PodMode.VERIFIED) {
          applyPod(change, now);
        }
      }
      default -> {
        // Nothing else is watched.
      }
    }
  }

  private static boolean selected(@Nullable LabelSelector selector, KubeObject object) {
    return selector == null || selector.matches(object.metadata().labels());
  }

  private @Nullable KubeService service(@Nullable KubeObject object) {
    return object instanceof Service service && selected(options.labels, service)
        ? KubeService.of(service)
        : null;
  }

  private void applyService(Change change, long now) {
    KubeService before = service(change.before());
    KubeService after = service(change.after());
    String name = change.key().namespacedName();
    if (before != null) {
      before.clusterIps().forEach(ip -> removeFrom(servicesByIp, ip, name));
      before.externalIps().forEach(ip -> removeFrom(servicesByExternalIp, ip, name));
      Entry entry = entryOf(before.namespace(), before.name());
      entry.service = null;
      entry.prepared = null;
    }
    if (after != null) {
      after.clusterIps().forEach(ip -> addTo(servicesByIp, ip, name, after));
      after.externalIps().forEach(ip -> addTo(servicesByExternalIp, ip, name, after));
      Entry entry = entryOf(after.namespace(), after.name());
      entry.service = after;
      if (before == null) {
        fullNames(after).forEach(n -> entriesByName.put(n, entry));
      }
    } else if (before != null) {
      fullNames(before).forEach(entriesByName::remove);
      forgetIfEmpty(before.namespace(), before.name());
    }
    countChange(before, after, now);
  }

  private List<DnsName> fullNames(KubeService service) {
    List<DnsName> names = new ArrayList<>();
    for (DnsName zone : options.zones) {
      DnsName.tryParse(
              service.name() + "." + service.namespace() + ".svc." + (zone.isRoot() ? "" : zone))
          .ifPresent(names::add);
    }
    return names;
  }

  /** Keeps the serial numbers; services that come or go do not count for the external zone. */
  private void countChange(@Nullable KubeService before, @Nullable KubeService after, long now) {
    if (before == null || after == null) {
      modified = before == null && after == null ? modified : now;
      return;
    }
    boolean ports = !before.ports().equals(after.ports());
    if (ports || !before.externalName().equals(after.externalName())) {
      modified = now;
    }
    if (ports || !before.externalIps().equals(after.externalIps())) {
      externalModified = now;
    }
  }

  private @Nullable KubeSlice slice(@Nullable KubeObject object) {
    return object instanceof EndpointSlice slice && selected(options.labels, slice)
        ? KubeSlice.of(slice)
        : null;
  }

  private void applySlice(Change change, long now) {
    KubeSlice before = slice(change.before());
    KubeSlice after = slice(change.after());
    String name = change.key().namespacedName();
    if (before != null) {
      before.addresses().forEach(a -> removeFrom(slicesByIp, a.ip(), name));
      entryOf(before.namespace(), before.service()).slices.remove(name);
      forgetIfEmpty(before.namespace(), before.service());
    }
    if (after != null) {
      after.addresses().forEach(a -> addTo(slicesByIp, a.ip(), name, after));
      entryOf(after.namespace(), after.service()).slices.put(name, after);
    }
    if (before == null ? after != null : after == null || !before.answersLike(after)) {
      modified = now;
    }
  }

  private @Nullable Pod pod(@Nullable KubeObject object) {
    if (!(object instanceof Pod pod)
        || !selected(options.labels, pod)
        || pod.podIps().isEmpty()) {
      return null;
    }
    boolean ended = pod.phase().equals("Succeeded")
        || pod.phase().equals("Failed")
        || pod.phase().equals("Unknown");
    return ended || (pod.isTerminating() && !keepsTerminatingPods) ? null : pod;
  }

  private void applyPod(Change change, long now) {
    Pod before = pod(change.before());
    Pod after = pod(change.after());
    String name = change.key().namespacedName();
    if (before != null) {
      removeFrom(podsByIp, before.podIps().get(0), name);
    }
    if (after != null) {
      addTo(podsByIp, after.podIps().get(0), name, after);
    }
    if (before != null || after != null) {
      modified = now;
    }
  }

  private Entry entryOf(String namespace, String name) {
    return entries
        .computeIfAbsent(namespace, n -> new HashMap<>())
        .computeIfAbsent(name, n -> new Entry());
  }

  private void forgetIfEmpty(String namespace, String name) {
    Entry entry = entry(namespace, name);
    if (entry != null && entry.service == null && entry.slices.isEmpty()) {
      Map<String, Entry> inside = entries.get(namespace);
      if (inside != null) {
        inside.remove(name);
      }
    }
  }

  private static <T> void addTo(
      Map<String, Map<String, T>> index, String key, String name, T thing) {
    index.computeIfAbsent(key, k -> new LinkedHashMap<>(2)).put(name, thing);
  }

  private static <T> void removeFrom(Map<String, Map<String, T>> index, String key, String name) {
    Map<String, T> things = index.get(key);
    if (things != null) {
      things.remove(name);
      if (things.isEmpty()) {
        index.remove(key);
      }
    }
  }
}
