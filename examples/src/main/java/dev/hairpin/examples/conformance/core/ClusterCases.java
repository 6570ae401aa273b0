package dev.hairpin.examples.conformance.core;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.endpoints.EndpointsController;
import dev.hairpin.cluster.endpoints.MirroringController;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cases of kind {@code cluster}: objects go in, the Endpoints and EndpointSlices that the
 * controllers made are compared after each step.
 *
 * <p>The recordings name no slice, leave owners' flags and last-change times out and have an uid
 * made of kind and name; where they cut a Service's endpoints into slices differently than we do,
 * because the original walks a map, sizes are compared.
 */
final class ClusterCases implements CoreCaseRunner {

  @Override
  public Set<String> kinds() {
    return Set.of("cluster");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    GeneratedNames names = new GeneratedNames(1);
    Object most = recorded.input().getOrDefault("maxEndpointsPerSlice", 100);
    EndpointsController.start(state, names, Duration.ZERO, Integer.parseInt(String.valueOf(most)));
    if (Boolean.TRUE.equals(recorded.input().get("mirroring"))) {
      MirroringController.start(state, names, Duration.ZERO);
    }
    List<Map<String, Object>> steps = recorded.objects("steps");
    List<?> expected = (List<?>) recorded.expected();
    for (int i = 0; i < steps.size(); i++) {
      for (KubeObject object : objects(steps.get(i), "apply")) {
        state.store(object);
      }
      for (KubeObject object : objects(steps.get(i), "delete")) {
        state.remove(object.key());
      }
      state.clock().advance(Duration.ZERO);
      Optional<String> difference = compare("step " + (i + 1), (Map<?, ?>) expected.get(i), state);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  @SuppressWarnings("unchecked") // a step's lists hold objects
  private static List<KubeObject> objects(Map<String, Object> step, String list) {
    List<Map<String, Object>> trees =
        (List<Map<String, Object>>) step.getOrDefault(list, List.of());
    return trees.stream().map(ClusterCases::withUid).toList();
  }

  private static KubeObject withUid(Map<String, Object> tree) {
    KubeObject object = KubeObjects.fromTree(tree);
    ObjectMeta meta = object.metadata();
    if (!meta.uid().isEmpty()) {
      return object;
    }
    String uid = object.kind().toLowerCase(Locale.ROOT) + "-" + meta.name();
    return object.withMetadata(new ObjectMeta(
        meta.namespace(),
        meta.name(),
        meta.generateName(),
        uid,
        meta.labels(),
        meta.annotations(),
        meta.ownerReferences(),
        meta.finalizers(),
        meta.creationTimestamp(),
        meta.deletionTimestamp(),
        meta.resourceVersion(),
        meta.generation()));
  }

  private static Optional<String> compare(String path, Map<?, ?> expected, ClusterState state) {
    List<Map<String, Object>> slices = slices(state);
    List<?> recorded = list(expected, "endpointSlices");
    Optional<String> difference = Trees.firstDifference(
        path + ".endpointSlices", sorted(recorded), sorted(slices), Trees::sameScalar);
    if (difference.isPresent()) {
      boolean sameButCut = Trees.firstDifference(
              "", sizes(recorded), sizes(slices), Trees::sameScalar)
          .or(() -> Trees.firstDifference(
              "", sorted(endpoints(recorded)), sorted(endpoints(slices)), Trees::sameScalar))
          .isEmpty();
      if (!sameButCut) {
        return difference;
      }
    }
    List<Object> objects = new ArrayList<>();
    for (Endpoints object : state.list(Endpoints.class)) {
      objects.add(normalized(KubeObjects.toTree(object)));
    }
    return Trees.firstDifference(
        path + ".endpoints",
        sorted(list(expected, "endpoints").stream()
            .map(ClusterCases::withSortedSubsets)
            .toList()),
        sorted(objects.stream().map(ClusterCases::withSortedSubsets).toList()),
        Trees::sameScalar);
  }

  private static List<Map<String, Object>> slices(ClusterState state) {
    List<Map<String, Object>> trees = new ArrayList<>();
    for (EndpointSlice slice : state.list(EndpointSlice.class)) {
      Map<String, Object> tree = normalized(KubeObjects.toTree(slice));
      tree.putIfAbsent("endpoints", List.of());
      tree.putIfAbsent("ports", List.of());
      trees.add(tree);
    }
    return trees;
  }

  /** What the recordings leave out of every object. */
  private static Map<String, Object> normalized(Map<String, Object> tree) {
    Map<String, Object> kept = copy(tree);
    kept.remove("kind");
    kept.remove("apiVersion");
    Map<String, Object> meta = copy((Map<?, ?>) kept.getOrDefault("metadata", Map.of()));
    meta.keySet()
        .retainAll(Set.of("name", "namespace", "labels", "annotations", "ownerReferences"));
    Map<String, Object> annotations = copy((Map<?, ?>) meta.getOrDefault("annotations", Map.of()));
    annotations.remove("endpoints.kubernetes.io/last-change-trigger-time");
    if (annotations.isEmpty()) {
      meta.remove("annotations");
    } else {
      meta.put("annotations", annotations);
    }
    List<Object> owners = new ArrayList<>();
    for (Object owner : list(meta, "ownerReferences")) {
      Map<String, Object> flagless = copy((Map<?, ?>) owner);
      flagless.remove("controller");
      flagless.remove("blockOwnerDeletion");
      owners.add(flagless);
    }
    if (!owners.isEmpty()) {
      meta.put("ownerReferences", owners);
    }
    kept.put("metadata", meta);
    return kept;
  }

  private static Map<String, Object> withSortedSubsets(Object endpoints) {
    Map<String, Object> tree = normalized(copy((Map<?, ?>) endpoints));
    List<Object> subsets = new ArrayList<>();
    for (Object subset : list(tree, "subsets")) {
      Map<String, Object> copy = copy((Map<?, ?>) subset);
      for (String part : List.of("ports", "addresses", "notReadyAddresses")) {
        copy.computeIfPresent(part, (p, value) -> sorted((List<?>) value));
      }
      subsets.add(copy);
    }
    tree.remove("subsets");
    if (!subsets.isEmpty()) {
      tree.put("subsets", sorted(subsets));
    }
    return tree;
  }

  /** Slices as sets: without names, endpoints and ports in an order of our own. */
  private static List<Object> sorted(List<?> trees) {
    List<Object> copies = new ArrayList<>();
    for (Object tree : trees) {
      if (tree instanceof Map<?, ?> map) {
        Map<String, Object> copy = copy(map);
        if (copy.containsKey("addressType")) {
          Map<String, Object> meta = copy((Map<?, ?>) copy.getOrDefault("metadata", Map.of()));
          meta.remove("name");
          copy.put("metadata", meta);
          copy.put("endpoints", sorted(list(copy, "endpoints")));
          copy.put("ports", sorted(list(copy, "ports")));
        }
        copies.add(copy);
      } else {
        copies.add(tree);
      }
    }
    copies.sort(Comparator.comparing(ClusterCases::text));
    return copies;
  }

  /** A text that is the same for equal trees. */
  private static String text(Object tree) {
    if (tree instanceof Map<?, ?> map) {
      Map<String, String> texts = new java.util.TreeMap<>();
      map.forEach((key, value) -> texts.put(String.valueOf(key), text(value)));
      return texts.toString();
    }
    return String.valueOf(tree);
  }

  private static List<Object> sizes(List<?> slices) {
    List<Object> sizes = new ArrayList<>();
    for (Object slice : slices) {
      Map<String, Object> copy = copy((Map<?, ?>) slice);
      copy.put("size", list(copy, "endpoints").size());
      copy.put("endpoints", List.of());
      sizes.add(copy);
    }
    return sorted(sizes);
  }

  private static List<Object> endpoints(List<?> slices) {
    List<Object> all = new ArrayList<>();
    slices.forEach(slice -> all.addAll(list((Map<?, ?>) slice, "endpoints")));
    return all;
  }

  private static List<?> list(Map<?, ?> tree, String name) {
    Object value = tree.get(name);
    return value instanceof List<?> list ? list : List.of();
  }

  private static Map<String, Object> copy(Map<?, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    tree.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }
}
