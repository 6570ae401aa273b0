package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.collect.ForkableSortedMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which Services select which pods, found without looking at the others.
 *
 * <p>Both directions go through single label pairs: a pod's pairs lead to the few Services that ask
 * for one of them, a Service's rarest pair to the few pods that have it.
 */
final class SelectorIndex {

  private record Pair(String key, String value) {}

  /** The Services and pods of one namespace. */
  private static final class InNamespace {
    /** Services by the first pair of their selector. */
    private final ForkableMap<Pair, Map<String, Service>> servicesByPair;

    /** Services with an empty selector, which selects every pod. */
    private final Map<String, Service> catchAll;

    private final ForkableSortedMap<String, Pod> pods;
    /** The names of the pods that have a label, each under itself. */
    private final ForkableMap<Pair, ForkableSortedMap<String, String>> podsByPair;

    InNamespace() {
      servicesByPair = new ForkableMap<>();
      catchAll = new TreeMap<>();
      pods = new ForkableSortedMap<>();
      podsByPair = new ForkableMap<>();
    }

    InNamespace(InNamespace original) {
      servicesByPair = original.servicesByPair.frozenCopy();
      catchAll = new TreeMap<>(original.catchAll);
      pods = original.pods.frozenCopy();
      podsByPair = original.podsByPair.frozenCopy();
    }

    Map<String, Service> services(Pair pair) {
      @Nullable Map<String, Service> known = servicesByPair.writable(pair, TreeMap::new);
      if (known == null) {
        known = new TreeMap<>();
        servicesByPair.put(pair, known);
      }
      return known;
    }

    ForkableSortedMap<String, String> podsWith(Pair pair) {
      @Nullable
      ForkableSortedMap<String, String> known =
          podsByPair.writable(pair, ForkableSortedMap::frozenCopy);
      if (known == null) {
        known = new ForkableSortedMap<>();
        podsByPair.put(pair, known);
      }
      return known;
    }
  }

  private static final InNamespace NOTHING = new InNamespace();

  private final ForkableMap<String, InNamespace> namespaces;

  SelectorIndex() {
    this(new ForkableMap<>());
  }

  private SelectorIndex(ForkableMap<String, InNamespace> namespaces) {
    this.namespaces = namespaces;
  }

  SelectorIndex fork() {
    return new SelectorIndex(namespaces.fork());
  }

  /** Whether controllers make endpoints for a Service. */
  static boolean hasEndpoints(Service service) {
    return service.spec().selector() != null && service.spec().type() != ServiceType.EXTERNAL_NAME;
  }

  static boolean selects(Service service, Map<String, String> labels) {
    Map<String, String> selector = service.spec().selector();
    if (selector == null) {
      return false;
    }
    for (Map.Entry<String, String> pair : selector.entrySet()) {
      if (!pair.getValue().equals(labels.get(pair.getKey()))) {
        return false;
      }
    }
    return true;
  }

  void put(Service service) {
    if (hasEndpoints(service)) {
      mapFor(service).put(service.metadata().name(), service);
    }
  }

  void remove(Service service) {
    if (hasEndpoints(service)) {
      mapFor(service).remove(service.metadata().name());
    }
  }

  private Map<String, Service> mapFor(Service service) {
    InNamespace in = in(service.metadata().namespace());
    Map<String, String> selector = service.spec().selector();
    if (selector == null || selector.isEmpty()) {
      return in.catchAll;
    }
    Map.Entry<String, String> first = selector.entrySet().iterator().next();
    return in.services(new Pair(first.getKey(), first.getValue()));
  }

  void put(Pod pod) {
    InNamespace in = in(pod.metadata().namespace());
    String name = pod.metadata().name();
    @Nullable Pod old = in.pods.put(name, pod);
    if (old != null && old.metadata().labels().equals(pod.metadata().labels())) {
      return;
    }
    if (old != null) {
      unindex(in, old);
    }
    pod.metadata()
        .labels()
        .forEach((key, value) -> in.podsWith(new Pair(key, value)).put(name, name));
  }

  void remove(Pod pod) {
    InNamespace in = in(pod.metadata().namespace());
    @Nullable Pod old = in.pods.remove(pod.metadata().name());
    if (old != null) {
      unindex(in, old);
    }
  }

  private static void unindex(InNamespace in, Pod pod) {
    pod.metadata().labels().forEach((key, value) -> {
      Pair pair = new Pair(key, value);
      ForkableSortedMap<String, String> names = in.podsWith(pair);
      names.remove(pod.metadata().name());
      if (names.isEmpty()) {
        in.podsByPair.remove(pair);
      }
    });
  }

  @Nullable
  Pod pod(String namespace, String name) {
    return reading(namespace).pods.get(name);
  }

  /** The Services that select a pod with these labels. */
  List<Service> servicesOf(String namespace, Map<String, String> labels) {
    InNamespace in = reading(namespace);
    List<Service> found = new ArrayList<>(in.catchAll.values());
    labels.forEach((key, value) -> {
      Map<String, Service> candidates = in.servicesByPair.get(new Pair(key, value));
      if (candidates != null) {
        for (Service service : candidates.values()) {
          if (selects(service, labels)) {
            found.add(service);
          }
        }
      }
    });
    return found;
  }

  /** The pods that a Service selects, by name. */
  List<Pod> podsOf(Service service) {
    Map<String, String> selector = service.spec().selector();
    if (selector == null) {
      return List.of();
    }
    InNamespace in = reading(service.metadata().namespace());
    if (selector.isEmpty()) {
      return List.copyOf(in.pods.values());
    }
    @Nullable Collection<String> fewest = null;
    for (Map.Entry<String, String> pair : selector.entrySet()) {
      @Nullable
      ForkableSortedMap<String, String> names =
          in.podsByPair.get(new Pair(pair.getKey(), pair.getValue()));
      if (names == null) {
        return List.of();
      }
      if (fewest == null || names.size() < fewest.size()) {
        fewest = names.values();
      }
    }
    List<Pod> found = new ArrayList<>();
    for (String name : fewest == null ? List.<String>of() : fewest) {
      Pod pod = in.pods.get(name);
      if (pod != null && selects(service, pod.metadata().labels())) {
        found.add(pod);
      }
    }
    return found;
  }

  private InNamespace reading(String namespace) {
    @Nullable InNamespace known = namespaces.get(namespace);
    return known == null ? NOTHING : known;
  }

  /** A namespace that is to be changed. */
  private InNamespace in(String namespace) {
    @Nullable InNamespace known = namespaces.writable(namespace, InNamespace::new);
    if (known == null) {
      known = new InNamespace();
      namespaces.put(namespace, known);
    }
    return known;
  }
}
