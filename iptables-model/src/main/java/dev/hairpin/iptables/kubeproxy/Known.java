package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.iptables.kubeproxy.EndpointReader.Endpoints;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a proxier has been told of the cluster. Immutable; proxiers that were told the same share
 * it, and one that lags behind comes to share what the others know when it has been told.
 */
final class Known {

  /*
   * All nodes see the same changes in the same order. So what comes next is remembered with what was
   * before: whoever lags behind walks along. Nothing of it stays when the last one has passed.
   */

  /** Up to so many changes are taken in one by one, so that others may join at any of them. */
  private static final int FEW = 16;

  /**
   * What some changes lead to.
   *
   * @param changes the changes
   * @param known what is known after them
   * @param services the Services that were told of, and may have changed
   * @param slices the Services whose slices have changed
   */
  private record Next(
      List<Change> changes, Known known, List<String> services, List<String> slices) {

    /** Whether these are the first of some changes. */
    @SuppressWarnings("ReferenceEquality") // all nodes are told of a change by the same object
    boolean begins(List<Change> others) {
      if (others.size() < changes.size()) {
        return false;
      }
      for (int i = 0; i < changes.size(); i++) {
        if (changes.get(i) != others.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  private final Watched watched;
  private final ForkableMap<String, KnownService> services;
  private volatile @Nullable Next next;
  private volatile @Nullable List<String> keys;

  private Known(Watched watched, ForkableMap<String, KnownService> services) {
    this.watched = watched;
    this.services = services;
  }

  static Known nothing(Watched watched) {
    return new Known(watched, new ForkableMap<>());
  }

  Watched watched() {
    return watched;
  }

  @Nullable
  KnownService service(String key) {
    return services.get(key);
  }

  Map<ServicePortName, ServicePortInfo> portsOf(String key) {
    @Nullable KnownService known = services.get(key);
    return known == null ? Map.of() : known.ports();
  }

  /** The endpoints of a Service, as a node reads them. */
  Endpoints endpointsOf(String key, String node) {
    @Nullable KnownService known = services.get(key);
    return known == null ? Endpoints.NONE : known.endpoints(watched, node);
  }

  /** All Services, sorted. */
  List<String> keys() {
    @Nullable List<String> all = keys;
    if (all == null) {
      TreeSet<String> sorted = new TreeSet<>();
      services.forEach((key, service) -> sorted.add(key));
      all = List.copyOf(sorted);
      keys = all;
    }
    return all;
  }

  /**
   * What is known after some changes.
   *
   * @param changes the changes, of Services and slices
   * @param ofServices takes the Services that were told of, in order
   * @param ofSlices takes the Services whose slices have changed, in order
   */
  @SuppressWarnings("ReferenceEquality") // as above
  Known after(List<Change> changes, Collection<String> ofServices, Collection<String> ofSlices) {
    Known at = this;
    int taken = 0;
    while (taken < changes.size()) {
      List<Change> left = changes.subList(taken, changes.size());
      @Nullable Next known = at.next;
      if (known == null || !known.begins(left)) {
        known = at.make(left.size() <= FEW ? left.subList(0, 1) : left);
        if (known.known != at) {
          at.next = known;
        }
      }
      ofServices.addAll(known.services);
      ofSlices.addAll(known.slices);
      taken += known.changes.size();
      at = known.known;
    }
    return at;
  }

  private Next make(List<Change> changes) {
    ForkableMap<String, KnownService> copy = services.frozenCopy();
    List<String> ofServices = new ArrayList<>(1);
    List<String> ofSlices = new ArrayList<>(1);
    for (Change change : changes) {
      if (change.object() instanceof Service service) {
        String key = service.key().namespacedName();
        Map<ServicePortName, ServicePortInfo> ports =
            change.after() instanceof Service now ? watched.ports(now) : Map.of();
        @Nullable KnownService before = copy.get(key);
        if (!ports.equals(before == null ? Map.of() : before.ports())) {
          put(copy, key, KnownService.withPorts(before, ports));
          ofServices.add(key);
        }
      } else if (change.object() instanceof EndpointSlice slice && watched.takes(slice)) {
        String key = slice.metadata().namespace() + "/" + slice.serviceName();
        @Nullable KnownService before = copy.get(key);
        String name = slice.metadata().name();
        @Nullable EndpointSlice was = before == null ? null : before.slice(name);
        if (change.after() != null && !slice.equals(was)) {
          copy.put(key, KnownService.withSlice(before, slice));
          ofSlices.add(key);
        } else if (change.after() == null && before != null && was != null) {
          put(copy, key, before.withoutSlice(name));
          ofSlices.add(key);
        }
      }
    }
    boolean same = ofServices.isEmpty() && ofSlices.isEmpty();
    return new Next(
        List.copyOf(changes), same ? this : new Known(watched, copy), ofServices, ofSlices);
  }

  private static void put(
      ForkableMap<String, KnownService> services, String key, @Nullable KnownService now) {
    if (now == null) {
      services.remove(key);
    } else {
      services.put(key, now);
    }
  }
}
