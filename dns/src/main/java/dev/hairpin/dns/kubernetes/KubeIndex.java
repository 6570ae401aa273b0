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
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.dns.message.DnsName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The objects that CoreDNS watches, by the names and addresses under which it looks for them.
 *
 * <p>A change of one object costs time proportional to what differs in it, not to the cluster; a
 * fork of the cluster shares the index until one of the two sides changes. Things of one name or
 * address are listed by namespace and name, whatever their history.
 */
final class KubeIndex {

  /*
   * A Service is found by (namespace, name) through two hash maps, so that no key has to be made for
   * a look-up, and by its full name through one. Both lead to the same entry, which is never changed but
   * replaced, since other sides of a fork may see it. An entry exists as long as there is a Service or a
   * slice. Addresses are indexed as the text that stands in the objects, since CoreDNS compares them
   * so; an address leads to the names of slices, so that a slice of a hundred addresses of which one has
   * changed costs one.
   */
  private static final Comparator<KubeService> SERVICE_ORDER =
      Comparator.comparing(KubeService::namespace).thenComparing(KubeService::name);

  private static final Comparator<Pod> POD_ORDER = Comparator.comparing(Pod::key);

  private final ForkableMap<String, ForkableMap<String, Entry>> entries;
  private final ForkableMap<DnsName, Entry> entriesByName;
  private final AddressIndex<KubeService> servicesByIp;
  private final AddressIndex<KubeService> servicesByExternalIp;
  private final AddressIndex<SliceName> slicesByIp;
  private final AddressIndex<Pod> podsByIp;
  private final ForkableMap<String, KubeObject> namespaces;
  private final KubernetesOptions options;
  private final boolean keepsTerminatingPods;
  private @Nullable ClusterState followed;
  private long modified;
  private long externalModified;

  /** Where a slice is found. */
  private record SliceName(String namespace, String service, String name)
      implements Comparable<SliceName> {
    private static final Comparator<SliceName> ORDER =
        Comparator.comparing(SliceName::namespace).thenComparing(SliceName::name);

    static SliceName of(KubeSlice slice) {
      return new SliceName(slice.namespace(), slice.service(), slice.name());
    }

    @Override
    public int compareTo(SliceName other) {
      return ORDER.compare(this, other);
    }
  }

  /** What hangs together under one service name. */
  static final class Entry {
    private static final Entry EMPTY = new Entry(null, List.of(), List.of());

    private final @Nullable KubeService service;
    private final List<DnsName> fullNames;
    private final List<KubeSlice> slices;

    /**
     * Made of the other fields alone; threads that see each other's late or never make it twice.
     */
    private PlainAnswers.@Nullable Prepared prepared;

    private Entry(@Nullable KubeService service, List<DnsName> fullNames, List<KubeSlice> slices) {
      this.service = service;
      this.fullNames = fullNames;
      this.slices = slices;
    }

    private Entry with(@Nullable KubeService newService, List<DnsName> newNames) {
      return new Entry(newService, newNames, slices);
    }

    /** The slices are sorted by name. */
    private Entry with(List<KubeSlice> newSlices) {
      Entry entry = new Entry(service, fullNames, newSlices);
      entry.prepared = prepared;
      return entry;
    }

    private boolean isEmpty() {
      return service == null && slices.isEmpty();
    }

    /** What was prepared for the Service, or null. */
    PlainAnswers.@Nullable Prepared prepared() {
      return prepared;
    }

    /** Keeps what was prepared, which must be immutable: forks on other threads may see it. */
    void prepare(PlainAnswers.@Nullable Prepared answers) {
      prepared = answers;
    }

    @Nullable
    KubeService service() {
      return service;
    }

    List<KubeSlice> slices() {
      return slices;
    }

    private @Nullable KubeSlice slice(String name) {
      for (KubeSlice slice : slices) {
        if (slice.name().equals(name)) {
          return slice;
        }
      }
      return null;
    }
  }

  KubeIndex(KubernetesOptions options, boolean keepsTerminatingPods) {
    this.options = options;
    this.keepsTerminatingPods = keepsTerminatingPods;
    this.entries = new ForkableMap<>();
    this.entriesByName = new ForkableMap<>();
    this.servicesByIp = new AddressIndex<>(SERVICE_ORDER);
    this.servicesByExternalIp = new AddressIndex<>(SERVICE_ORDER);
    this.slicesByIp = new AddressIndex<>(SliceName.ORDER);
    this.podsByIp = new AddressIndex<>(POD_ORDER);
    this.namespaces = new ForkableMap<>();
  }

  private KubeIndex(KubeIndex original) {
    this.options = original.options;
    this.keepsTerminatingPods = original.keepsTerminatingPods;
    this.entries = original.entries.fork();
    this.entriesByName = original.entriesByName.fork();
    this.servicesByIp = original.servicesByIp.fork();
    this.servicesByExternalIp = original.servicesByExternalIp.fork();
    this.slicesByIp = original.slicesByIp.fork();
    this.podsByIp = original.podsByIp.fork();
    this.namespaces = original.namespaces.fork();
    this.modified = original.modified;
    this.externalModified = original.externalModified;
  }

  /** Takes over all objects and follows their changes from now on. */
  void follow(ClusterState state) {
    state.watch(change -> apply(change, state));
    for (String kind : List.of(Namespace.KIND, Service.KIND, EndpointSlice.KIND, Pod.KIND)) {
      for (KubeObject object : state.list(kind)) {
        apply(new Change(null, object), state);
      }
    }
    followed = state;
  }

  /**
   * The index of a cluster.
   *
   * @param state the cluster that this index follows, or one that has just been forked from it
   * @return this index, or a fork of it that follows the other cluster
   */
  KubeIndex in(ClusterState state) {
    if (state == followed) {
      return this;
    }
    KubeIndex fork = new KubeIndex(this);
    state.watch(change -> fork.apply(change, state));
    fork.followed = state;
    return fork;
  }

  boolean isSynced() {
    return followed != null;
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

  /**
   * Whether a namespace is among those that the plugin may show. As for the API server, one that
   * nobody has written down is there if every cluster has it, or a Service is in it.
   */
  boolean hasNamespace(String name) {
    if (namespaces.containsKey(name)) {
      return true;
    }
    ClusterState state = followed;
    ForkableMap<String, Entry> inside = entries.get(name);
    return state != null
        && state.get(Namespace.class, "", name).isEmpty()
        && (Namespace.SYSTEM.contains(name) || (inside != null && !inside.isEmpty()))
        && selected(options.namespaceLabels, Namespace.unwritten(name));
  }

  @Nullable
  Entry entry(String namespace, String name) {
    ForkableMap<String, Entry> inside = entries.get(namespace);
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
    entries.forEach((namespace, inside) -> inside.forEach((name, entry) -> {
      if (entry.service != null) {
        all.add(entry.service);
      }
    }));
    return all;
  }

  List<KubeService> servicesWithIp(String ip) {
    return servicesByIp.at(ip);
  }

  List<KubeService> servicesWithExternalIp(String ip) {
    return servicesByExternalIp.at(ip);
  }

  List<KubeSlice> slicesWithIp(String ip) {
    List<KubeSlice> slices = new ArrayList<>();
    for (SliceName found : slicesByIp.at(ip)) {
      Entry entry = entry(found.namespace, found.service);
      KubeSlice slice = entry == null ? null : entry.slice(found.name);
      slices.add(Objects.requireNonNull(slice, "an address is indexed as long as its slice is"));
    }
    return slices;
  }

  List<Pod> podsWithIp(String ip) {
    return podsByIp.at(ip);
  }

  private void apply(Change change, ClusterState state) {
    ObjectKey key = change.key();
    long now = state.clock().now().getEpochSecond();
    switch (key.kind()) {
      case Namespace.KIND -> {
        KubeObject after = change.after();
        if (after != null && selected(options.namespaceLabels, after)) {
          namespaces.put(key.name(), after);
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
    if (before != null) {
      before.clusterIps().forEach(ip -> servicesByIp.remove(ip, before));
      before.externalIps().forEach(ip -> servicesByExternalIp.remove(ip, before));
    }
    if (after != null) {
      after.clusterIps().forEach(ip -> servicesByIp.add(ip, after));
      after.externalIps().forEach(ip -> servicesByExternalIp.add(ip, after));
      Entry entry = entryOf(after.namespace(), after.name());
      put(
          after.namespace(),
          after.name(),
          entry.with(after, before == null ? fullNames(after) : entry.fullNames));
    } else if (before != null) {
      Entry entry = entryOf(before.namespace(), before.name());
      entry.fullNames.forEach(entriesByName::remove);
      put(before.namespace(), before.name(), entry.with(null, List.of()));
    }
    countChange(before, after, now);
  }

  /** A reverse zone has no names of Services that anybody could ask for. */
  private List<DnsName> fullNames(KubeService service) {
    List<DnsName> names = new ArrayList<>();
    for (DnsName zone : options.zones) {
      if (!KubernetesOptions.isReverse("." + zone)) {
        DnsName.tryParse(
                service.name() + "." + service.namespace() + ".svc." + (zone.isRoot() ? "" : zone))
            .ifPresent(names::add);
      }
    }
    return List.copyOf(names);
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
    SliceName old = before == null ? null : SliceName.of(before);
    SliceName name = after == null ? null : SliceName.of(after);
    boolean stays = old != null && old.equals(name);
    Set<String> gone = before == null ? new HashSet<>() : before.ips();
    if (name != null && after != null) {
      for (String ip : after.ips()) {
        if (!gone.remove(ip) || !stays) {
          slicesByIp.add(ip, name);
        }
      }
      putSlice(name, after);
    }
    if (old != null) {
      gone.forEach(ip -> slicesByIp.remove(ip, old));
      if (!stays) {
        putSlice(old, null);
      }
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
    boolean ended = pod.hasEnded() || pod.phase().equals("Unknown");
    return ended || (pod.isTerminating() && !keepsTerminatingPods) ? null : pod;
  }

  private void applyPod(Change change, long now) {
    Pod before = pod(change.before());
    Pod after = pod(change.after());
    if (before != null) {
      podsByIp.remove(before.podIps().get(0), before);
    }
    if (after != null) {
      podsByIp.add(after.podIps().get(0), after);
    }
    if (before != null || after != null) {
      modified = now;
    }
  }

  private Entry entryOf(String namespace, String name) {
    Entry entry = entry(namespace, name);
    return entry == null ? Entry.EMPTY : entry;
  }

  /** Replaces an entry wherever it is found; one that is empty goes. */
  private void put(String namespace, String name, Entry entry) {
    ForkableMap<String, Entry> inside = entries.writable(namespace, ForkableMap::frozenCopy);
    if (inside == null) {
      inside = new ForkableMap<>();
      entries.put(namespace, inside);
    }
    if (entry.isEmpty()) {
      inside.remove(name);
    } else {
      inside.put(name, entry);
    }
    for (DnsName fullName : entry.fullNames) {
      entriesByName.put(fullName, entry);
    }
  }

  /** Puts a slice in the place of the one of its name; null removes that. */
  private void putSlice(SliceName name, @Nullable KubeSlice slice) {
    Entry entry = entryOf(name.namespace, name.service);
    List<KubeSlice> slices = new ArrayList<>(entry.slices.size() + 1);
    for (KubeSlice other : entry.slices) {
      if (!other.name().equals(name.name)) {
        slices.add(other);
      }
    }
    if (slice != null) {
      int at = 0;
      while (at < slices.size() && slices.get(at).name().compareTo(name.name) < 0) {
        at++;
      }
      slices.add(at, slice);
    }
    put(name.namespace, name.service, entry.with(List.copyOf(slices)));
  }
}
