package dev.hairpin.cluster;

import dev.hairpin.api.Quantity;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.ManifestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges what an update changes of a pod: images, deadline, further tolerations, fewer scheduling
 * gates, and nothing else.
 *
 * <p>Source: {@code ValidatePodUpdate} of kube-apiserver v1.36. Its last text ends in Go's
 * {@code cmp.Diff} of the two specs, whose form is made to differ from build to build; here it ends
 * in a line for each value that differs, the old one with {@code -} and the new one with {@code +},
 * by its path.
 */
final class PodUpdateValidation {
  private static final String UPDATABLE = String.join(
      ",",
      "`spec.containers[*].image`",
      "`spec.initContainers[*].image`",
      "`spec.activeDeadlineSeconds`",
      "`spec.tolerations` (only additions to existing tolerations)",
      "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously"
          + " negative)");

  /** Fields that are the same when they are absent as when they are false or 0. */
  private static final Set<String> ZERO_IS_ABSENT = Set.of(
      "hostNetwork",
      "hostPID",
      "hostIPC",
      "hostPort",
      "initialDelaySeconds",
      "readOnly",
      "setHostnameAsFQDN",
      "stdin",
      "stdinOnce",
      "tty");

  private static final String GRACE = "terminationGracePeriodSeconds";
  private static final String DEADLINE = "activeDeadlineSeconds";

  private final FieldErrors errors;
  private final Map<String, Object> now;
  private final Map<String, Object> old;

  private PodUpdateValidation(
      FieldErrors errors, Map<String, Object> now, Map<String, Object> old) {
    this.errors = errors;
    this.now = now;
    this.old = old;
  }

  /**
   * Judges a pod that replaces another. That it is valid by itself is judged elsewhere.
   *
   * @param tree the whole pod with its defaults
   * @param before the whole pod that it replaces, with its defaults
   */
  static void of(FieldErrors errors, Map<String, ?> tree, Map<String, ?> before) {
    new PodUpdateValidation(errors, spec(tree), spec(before)).judge();
  }

  /**
   * The spec in one form: without unknown fields, which the server does not keep, without fields
   * that say nothing, and numbers and amounts written in one way.
   */
  private static Map<String, Object> spec(Map<String, ?> pod) {
    Map<String, ?> known;
    try {
      known = KubeObjects.toTree(KubeObjects.fromTree(pod));
    } catch (ManifestException e) {
      known = pod; // what is wrong with it is told by those who judge it alone
    }
    return known.get("spec") instanceof Map<?, ?> spec ? object(spec, "") : new TreeMap<>();
  }

  private static Map<String, Object> object(Map<?, ?> map, String name) {
    boolean amounts = name.equals("requests") || name.equals("limits");
    Map<String, Object> result = new TreeMap<>();
    map.forEach((key, value) -> {
      String field = String.valueOf(key);
      @Nullable Object inner = amounts ? amount(value) : value(value, field);
      boolean zero = Boolean.FALSE.equals(inner) || Objects.equals(inner, 0L);
      if (inner != null && !(zero && ZERO_IS_ABSENT.contains(field))) {
        result.put(field, inner);
      }
    });
    return result;
  }

  private static @Nullable Object amount(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    OptionalLong milli = Quantity.milli(String.valueOf(value(value, "")));
    return milli.isPresent() ? milli.getAsLong() + "m" : value.toString();
  }

  /** Null where the value says nothing. */
  private static @Nullable Object value(@Nullable Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> object = object(map, name);
      return object.isEmpty() ? null : object;
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>(list.size());
      for (Object item : list) {
        @Nullable Object inner = value(item, name);
        items.add(inner == null ? Map.of() : inner);
      }
      return items.isEmpty() ? null : items;
    }
    if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53) {
      return d.longValue();
    }
    if (value instanceof Integer || value instanceof Short) {
      return ((Number) value).longValue();
    }
    return "".equals(value) ? null : value;
  }

  private void judge() {
    for (String list : List.of("containers", "initContainers")) {
      if (objects(now, list).size() != objects(old, list).size()) {
        errors.forbidden("spec." + list, "pod updates may not add or remove containers");
        return;
      }
    }
    if (!deadline()) {
      return;
    }
    tolerations();
    fewerGates();
    Map<String, Object> rest = new TreeMap<>(now);
    for (String field : List.of(DEADLINE, "schedulingGates", "tolerations")) {
      same(rest, field);
    }
    if (old.get(GRACE) instanceof Long before
        && before < 0
        && Objects.equals(rest.get(GRACE), 1L)) {
      same(rest, GRACE);
    }
    for (String list : List.of("containers", "initContainers")) {
      sameImages(rest, list);
    }
    if (!objects(old, "schedulingGates").isEmpty()) {
      placement(rest);
    }
    if (!rest.equals(old)) {
      errors.forbidden(
          "spec",
          "pod updates may not change fields other than " + UPDATABLE + "\n" + difference(rest));
    }
  }

  private static List<Map<?, ?>> objects(Map<String, Object> spec, String name) {
    List<Map<?, ?>> objects = new ArrayList<>();
    if (spec.get(name) instanceof List<?> list) {
      list.forEach(item -> objects.add(item instanceof Map<?, ?> map ? map : Map.of()));
    }
    return objects;
  }

  private void same(Map<String, Object> rest, String field) {
    @Nullable Object before = old.get(field);
    if (before == null) {
      rest.remove(field);
    } else {
      rest.put(field, before);
    }
  }

  /** From none to some, or to an earlier one. */
  private boolean deadline() {
    @Nullable Object before = old.get(DEADLINE);
    @Nullable Object after = now.get(DEADLINE);
    String path = "spec." + DEADLINE;
    if (after instanceof Long seconds) {
      if (seconds < 0 || seconds > Integer.MAX_VALUE) {
        errors.invalid(path, seconds, "must be between 0 and 2147483647, inclusive");
        return false;
      }
      if (before instanceof Long earlier && earlier < seconds) {
        errors.invalid(path, seconds, "must be less than or equal to previous value");
        return false;
      }
    } else if (after == null && before != null) {
      errors.invalid(path, null, "must not update from a positive integer to nil value");
    }
    return true;
  }

  private void tolerations() {
    List<Map<?, ?>> after = withoutSeconds(objects(now, "tolerations"));
    if (!after.containsAll(withoutSeconds(objects(old, "tolerations")))) {
      errors.forbidden(
          "spec.tolerations",
          "existing toleration can not be modified except its tolerationSeconds");
      return;
    }
    PodValidation.tolerations(errors, Fields.of(Map.of("spec", now)).object("spec"));
  }

  private static List<Map<?, ?>> withoutSeconds(List<Map<?, ?>> tolerations) {
    return tolerations.stream()
        .<Map<?, ?>>map(toleration -> {
          Map<Object, Object> copy = new LinkedHashMap<>(toleration);
          copy.remove("tolerationSeconds");
          return copy;
        })
        .toList();
  }

  private void fewerGates() {
    Set<Object> known = objects(old, "schedulingGates").stream()
        .map(gate -> gate.get("name"))
        .collect(Collectors.toSet());
    List<Map<?, ?>> gates = objects(now, "schedulingGates");
    for (int i = 0; i < gates.size(); i++) {
      @Nullable Object name = gates.get(i).get("name");
      if (!known.contains(name)) {
        errors.forbidden(
            "spec.schedulingGates[" + i + "].name",
            "only deletion is allowed, but found new scheduling gate '" + name + "'");
      }
    }
  }

  private void sameImages(Map<String, Object> rest, String name) {
    List<Map<?, ?>> before = objects(old, name);
    List<Map<?, ?>> containers = objects(rest, name);
    if (containers.isEmpty()) {
      return;
    }
    List<Map<Object, Object>> copies = new ArrayList<>();
    for (int i = 0; i < containers.size(); i++) {
      Map<Object, Object> copy = new TreeMap<>(containers.get(i));
      @Nullable Object image = before.get(i).get("image");
      if (image == null) {
        copy.remove("image");
      } else {
        copy.put("image", image);
      }
      copies.add(copy);
    }
    rest.put(name, copies);
  }

  /** As long as gates hold a pod back, it may be told more narrowly where to run. */
  private void placement(Map<String, Object> rest) {
    Map<?, ?> before = map(old, "nodeSelector");
    Map<?, ?> after = map(rest, "nodeSelector");
    if (!after.entrySet().containsAll(before.entrySet())) {
      errors.invalid(
          "spec.nodeSelector",
          after.isEmpty() ? null : after,
          "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
    }
    same(rest, "nodeSelector");
    nodeAffinity(rest);
  }

  private void nodeAffinity(Map<String, Object> rest) {
    Map<?, ?> before = map(old, "affinity");
    Map<?, ?> after = map(rest, "affinity");
    if (Objects.equals(before.get("nodeAffinity"), after.get("nodeAffinity"))) {
      return;
    }
    String required = "requiredDuringSchedulingIgnoredDuringExecution";
    String path = "spec.affinity.nodeAffinity." + required + ".nodeSelectorTerms";
    List<?> oldTerms = terms(before, required);
    List<?> newTerms = terms(after, required);
    if (!oldTerms.isEmpty() && oldTerms.size() != newTerms.size()) {
      errors.invalid(
          path,
          newTerms.isEmpty() ? null : newTerms,
          "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
    } else {
      for (int i = 0; i < oldTerms.size(); i++) {
        if (!onlyAdds(newTerms.get(i), oldTerms.get(i))) {
          errors.invalid(
              path + "[" + i + "]",
              newTerms.get(i),
              "only additions are allowed (no mutations or deletions)");
        }
      }
    }
    Map<Object, Object> kept = new TreeMap<>(after);
    @Nullable Object nodeAffinity = before.get("nodeAffinity");
    if (nodeAffinity == null) {
      kept.remove("nodeAffinity");
    } else {
      kept.put("nodeAffinity", nodeAffinity);
    }
    if (kept.isEmpty()) {
      rest.remove("affinity");
    } else {
      rest.put("affinity", kept);
    }
  }

  private static List<?> terms(Map<?, ?> affinity, String required) {
    return affinity.get("nodeAffinity") instanceof Map<?, ?> node
            && node.get(required) instanceof Map<?, ?> selector
            && selector.get("nodeSelectorTerms") instanceof List<?> terms
        ? terms
        : List.of();
  }

  private static boolean onlyAdds(@Nullable Object now, @Nullable Object old) {
    if (!(now instanceof Map<?, ?> after) || !(old instanceof Map<?, ?> before)) {
      return Objects.equals(now, old);
    }
    if (before.isEmpty()) {
      return after.isEmpty();
    }
    for (String name : List.of("matchExpressions", "matchFields")) {
      List<?> required = before.get(name) instanceof List<?> list ? list : List.of();
      List<?> given = after.get(name) instanceof List<?> list ? list : List.of();
      if (given.size() < required.size() || !given.subList(0, required.size()).equals(required)) {
        return false;
      }
    }
    return true;
  }

  private static Map<?, ?> map(Map<String, Object> spec, String name) {
    return spec.get(name) instanceof Map<?, ?> map ? map : Map.of();
  }

  private String difference(Map<String, Object> rest) {
    List<String> lines = new ArrayList<>();
    compare("spec", old, rest, lines);
    return String.join("\n", lines);
  }

  private static void compare(
      String path, @Nullable Object before, @Nullable Object after, List<String> lines) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before instanceof Map<?, ?> left && after instanceof Map<?, ?> right) {
      Set<Object> names = new TreeSet<>(left.keySet());
      names.addAll(right.keySet());
      names.forEach(n -> compare(path + "." + n, left.get(n), right.get(n), lines));
    } else if (before instanceof List<?> left && after instanceof List<?> right) {
      for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
        compare(
            path + "[" + i + "]",
            i < left.size() ? left.get(i) : null,
            i < right.size() ? right.get(i) : null,
            lines);
      }
    } else {
      if (before != null) {
        lines.add("- " + path + ": " + FieldErrors.json(before));
      }
      if (after != null) {
        lines.add("+ " + path + ": " + FieldErrors.json(after));
      }
    }
  }
}
