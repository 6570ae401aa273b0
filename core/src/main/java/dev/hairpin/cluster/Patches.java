package dev.hairpin.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * Trees in, a new tree out; nothing given is changed. Strategic merges know for some lists which field tells their
 * items apart; every other list is replaced as a whole. Source: the patchMergeKey tags of k8s.io/api v0.36.
 */
/** The ways in which a request may change a part of an object. */
final class Patches {
  private static final Map<String, String> MERGE_KEYS = Map.ofEntries(
      Map.entry("containers", "name"),
      Map.entry("initContainers", "name"),
      Map.entry("ephemeralContainers", "name"),
      Map.entry("volumes", "name"),
      Map.entry("env", "name"),
      Map.entry("imagePullSecrets", "name"),
      Map.entry("volumeMounts", "mountPath"),
      Map.entry("volumeDevices", "devicePath"),
      Map.entry("hostAliases", "ip"),
      Map.entry("topologySpreadConstraints", "topologyKey"),
      Map.entry("conditions", "type"),
      Map.entry("addresses", "type"),
      Map.entry("podIPs", "ip"),
      Map.entry("hostIPs", "ip"),
      Map.entry("ownerReferences", "uid"));

  /** Lists of plain values to which a strategic patch adds. */
  private static final Set<String> MERGED_VALUES = Set.of("finalizers", "podCIDRs");

  /** The prefix of a directive that sorts a list. */
  private static final String ELEMENT_ORDER = "$setElementOrder/";

  private Patches() {}

  private static String childPath(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The field that tells a list's items apart, or null if the list is replaced. */
  private static @Nullable String mergeKey(String kind, String path, String name) {
    if (name.equals("ports")) {
      return kind.equals("Service") && path.equals("spec")
          ? "port"
          : path.endsWith("ontainers") ? "containerPort" : null;
    }
    if (name.equals("addresses") && !kind.equals("Node")) {
      return null;
    }
    return MERGE_KEYS.get(name);
  }

  /** A JSON merge patch, RFC 7386. */
  static @Nullable Object merge(@Nullable Object target, @Nullable Object patch) {
    if (!(patch instanceof Map<?, ?> changes)) {
      return patch;
    }
    Map<String, @Nullable Object> result =
        target instanceof Map<?, ?> map ? copy(map) : new LinkedHashMap<>();
    changes.forEach((name, value) -> {
      if (value == null) {
        result.remove(name);
      } else {
        result.put((String) name, merge(result.get(name), value));
      }
    });
    return result;
  }

  @SuppressWarnings("unchecked") // a tree's maps have texts as keys
  private static Map<String, @Nullable Object> copy(Map<?, ?> map) {
    return new LinkedHashMap<>((Map<String, ?>) map);
  }

  /** A strategic merge patch. */
  static Map<String, @Nullable Object> strategic(String kind, Map<?, ?> target, Map<?, ?> patch) {
    return strategic(kind, "", target, patch);
  }

  private static Map<String, @Nullable Object> strategic(
      String kind, String path, Map<?, ?> target, Map<?, ?> patch) {
    if ("replace".equals(patch.get("$patch"))) {
      Map<String, @Nullable Object> replaced = copy(patch);
      replaced.remove("$patch");
      return replaced;
    }
    if ("delete".equals(patch.get("$patch"))) {
      return new LinkedHashMap<>();
    }
    Map<String, @Nullable Object> result = copy(target);
    patch.forEach((key, value) -> {
      String name = (String) key;
      if (name.startsWith("$")) {
        directive(result, name, value);
        return;
      }
      @Nullable Object before = result.get(name);
      if (value == null) {
        result.remove(name);
      } else if (value instanceof Map<?, ?> changes) {
        Map<?, ?> old = before instanceof Map<?, ?> map ? map : Map.of();
        result.put(name, strategic(kind, childPath(path, name), old, changes));
      } else if (value instanceof List<?> changes) {
        List<?> old = before instanceof List<?> list ? list : List.of();
        result.put(name, strategicList(kind, path, name, old, changes));
      } else {
        result.put(name, value);
      }
    });
    patch.forEach((key, value) -> {
      String name = (String) key;
      if (name.startsWith(ELEMENT_ORDER) && value instanceof List<?> order) {
        String field = name.substring(ELEMENT_ORDER.length());
        if (result.get(field) instanceof List<?> list) {
          List<?> old = target.get(field) instanceof List<?> before ? before : List.of();
          result.put(field, ordered(list, order, old, mergeKey(kind, path, field)));
        }
      }
    });
    return result;
  }

  private static void directive(
      Map<String, @Nullable Object> result, String name, @Nullable Object value) {
    String prefix = "$deleteFromPrimitiveList/";
    if (name.startsWith(prefix) && value instanceof List<?> gone) {
      String field = name.substring(prefix.length());
      if (result.get(field) instanceof List<?> list) {
        List<@Nullable Object> kept = new ArrayList<>(list);
        kept.removeAll(gone);
        result.put(field, kept);
      }
    } else if (name.equals("$retainKeys") && value instanceof List<?> kept) {
      result.keySet().removeIf(key -> !kept.contains(key));
    }
  }

  private static List<@Nullable Object> strategicList(
      String kind, String path, String name, List<?> old, List<?> changes) {
    @Nullable String key = mergeKey(kind, path, name);
    if (key == null) {
      return MERGED_VALUES.contains(name) ? union(old, changes) : new ArrayList<>(changes);
    }
    List<@Nullable Object> merged = new ArrayList<>(old);
    List<Map<?, ?>> items = new ArrayList<>();
    for (Object change : changes) {
      if (!(change instanceof Map<?, ?> item)) {
        throw ApiError.badRequest(
            childPath(path, name) + ": expected objects in a list that is merged by " + key);
      }
      if ("replace".equals(item.get("$patch")) && item.size() == 1) {
        merged.clear();
        continue;
      }
      if (!item.containsKey(key)) {
        throw ApiError.unknown(
            "map: " + goText(item) + " does not contain declared merge key: " + key);
      }
      if ("delete".equals(item.get("$patch"))) {
        merged.removeIf(o -> o instanceof Map<?, ?> map && same(map.get(key), item.get(key)));
      } else {
        items.add(item);
      }
    }
    List<@Nullable Object> order = new ArrayList<>(merged);
    for (Map<?, ?> item : items) {
      int at = indexOf(merged, key, item.get(key));
      if (at >= 0 && merged.get(at) instanceof Map<?, ?> before) {
        merged.set(at, strategic(kind, childPath(path, name), before, item));
      } else {
        merged.add(strategic(kind, childPath(path, name), Map.of(), item));
      }
    }
    return ordered(merged, items, order, key);
  }

  private static List<@Nullable Object> union(List<?> old, List<?> changes) {
    List<@Nullable Object> merged = new ArrayList<>(old);
    changes.stream().filter(c -> !merged.contains(c)).forEach(merged::add);
    return ordered(merged, changes, old, null);
  }

  /**
   * Sorts a merged list: what the patch names stands as in the patch, the rest as before, and an
   * item of the rest goes before the first that stood behind it. So what is new comes first.
   *
   * <p>Source: {@code normalizeElementOrder} of apimachinery's {@code strategicpatch}.
   *
   * @param key what tells the items apart, or null if they are plain values
   */
  private static List<@Nullable Object> ordered(
      List<?> merged, List<?> patch, List<?> before, @Nullable String key) {
    List<@Nullable Object> named = new ArrayList<>();
    List<@Nullable Object> rest = new ArrayList<>();
    for (Object item : merged) {
      (place(patch, item, key) >= 0 ? named : rest).add(item);
    }
    named.sort(Comparator.comparingInt(item -> place(patch, item, key)));
    List<@Nullable Object> result = new ArrayList<>(merged.size());
    int next = 0;
    for (Object item : named) {
      int place = place(before, item, key);
      while (next < rest.size() && place(before, rest.get(next), key) < place) {
        result.add(rest.get(next++));
      }
      result.add(item);
    }
    result.addAll(rest.subList(next, rest.size()));
    return result;
  }

  private static int place(List<?> items, @Nullable Object item, @Nullable String key) {
    if (key == null) {
      return items.indexOf(item);
    }
    return item instanceof Map<?, ?> map ? indexOf(items, key, map.get(key)) : -1;
  }

  /** A tree as Go's verb {@code %v} prints it. */
  private static String goText(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> e.getKey() + ":" + goText(e.getValue()))
          .sorted()
          .collect(Collectors.joining(" ", "map[", "]"));
    }
    if (tree instanceof List<?> list) {
      return list.stream().map(Patches::goText).collect(Collectors.joining(" ", "[", "]"));
    }
    return tree == null ? "<nil>" : tree.toString();
  }

  private static int indexOf(List<?> items, String key, @Nullable Object value) {
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Map<?, ?> map && same(map.get(key), value)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether two leaves of trees are the same; 80 and 80.0 are. */
  static boolean same(@Nullable Object left, @Nullable Object right) {
    if (left instanceof Number a && right instanceof Number b) {
      return a.doubleValue() == b.doubleValue();
    }
    return Objects.equals(left, right);
  }

  /**
   * What {@code kubectl apply} makes of the live object: what the manifest says is set, what the
   * manifest said last time and no longer says is removed, everything else stays.
   */
  static Map<String, @Nullable Object> apply(
      String kind, Map<?, ?> last, Map<?, ?> manifest, Map<?, ?> live) {
    return apply(kind, "", last, manifest, live);
  }

  private static Map<String, @Nullable Object> apply(
      String kind, String path, Map<?, ?> last, Map<?, ?> manifest, Map<?, ?> live) {
    Map<String, @Nullable Object> result = copy(live);
    last.keySet().stream().filter(name -> manifest.get(name) == null).forEach(result::remove);
    manifest.forEach((key, value) -> {
      String name = (String) key;
      if (value == null) {
        return;
      }
      @Nullable Object before = result.get(name);
      if (value instanceof Map<?, ?> map) {
        Map<?, ?> oldMap = last.get(name) instanceof Map<?, ?> m ? m : Map.of();
        Map<?, ?> liveMap = before instanceof Map<?, ?> m ? m : Map.of();
        result.put(name, apply(kind, childPath(path, name), oldMap, map, liveMap));
      } else if (value instanceof List<?> list) {
        List<?> oldList = last.get(name) instanceof List<?> l ? l : List.of();
        List<?> liveList = before instanceof List<?> l ? l : List.of();
        result.put(name, applyList(kind, path, name, oldList, list, liveList));
      } else {
        result.put(name, value);
      }
    });
    return result;
  }

  private static List<@Nullable Object> applyList(
      String kind, String path, String name, List<?> last, List<?> manifest, List<?> live) {
    @Nullable String key = mergeKey(kind, path, name);
    if (key == null || !manifest.stream().allMatch(Map.class::isInstance)) {
      return new ArrayList<>(manifest);
    }
    String child = childPath(path, name);
    List<@Nullable Object> rest = new ArrayList<>(live);
    List<@Nullable Object> result = new ArrayList<>();
    for (Object item : manifest) {
      Map<?, ?> map = (Map<?, ?>) Objects.requireNonNull(item);
      int at = indexOf(rest, key, map.get(key));
      int before = indexOf(last, key, map.get(key));
      Map<?, ?> liveItem = at >= 0 && rest.remove(at) instanceof Map<?, ?> found ? found : Map.of();
      Map<?, ?> lastItem =
          before >= 0 && last.get(before) instanceof Map<?, ?> found ? found : Map.of();
      result.add(apply(kind, child, lastItem, map, liveItem));
    }
    for (Object item : rest) {
      if (item instanceof Map<?, ?> map && indexOf(last, key, map.get(key)) < 0) {
        result.add(map);
      }
    }
    return ordered(result, manifest, live, key);
  }
}
