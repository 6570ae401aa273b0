package dev.hairpin.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RFC 6902: a list of operations on the places that JSON pointers name. */
final class JsonPatch {
  private JsonPatch() {}

  /** A new tree; the target is not changed. */
  static @Nullable Object apply(Object target, List<?> operations) {
    @Nullable Object result = copy(target);
    for (Object item : operations) {
      if (!(item instanceof Map<?, ?> operation)) {
        throw ApiError.badRequest("a JSON patch is a list of operations");
      }
      result = apply(result, operation);
    }
    return result;
  }

  private static @Nullable Object apply(@Nullable Object root, Map<?, ?> operation) {
    String op = String.valueOf(operation.get("op"));
    List<String> path = pointer(operation.get("path"));
    return switch (op) {
      case "add" -> add(root, path, copy(operation.get("value")));
      case "remove" -> remove(root, path);
      case "replace" -> {
        get(root, path);
        yield path.isEmpty()
            ? copy(operation.get("value"))
            : set(root, path, copy(operation.get("value")));
      }
      case "move" -> {
        List<String> from = pointer(operation.get("from"));
        @Nullable Object moved = get(root, from);
        yield add(remove(root, from), path, moved);
      }
      case "copy" -> add(root, path, copy(get(root, pointer(operation.get("from")))));
      case "test" -> {
        if (!Patches.same(get(root, path), operation.get("value"))) {
          throw ApiError.badRequest("testing path " + operation.get("path") + " value: failed");
        }
        yield root;
      }
      default -> throw ApiError.badRequest("unknown JSON patch operation \"" + op + "\"");
    };
  }

  private static List<String> pointer(@Nullable Object text) {
    if (!(text instanceof String path) || (!path.isEmpty() && !path.startsWith("/"))) {
      throw ApiError.badRequest("\"" + text + "\" is not a JSON pointer");
    }
    List<String> parts = new ArrayList<>();
    if (!path.isEmpty()) {
      for (String part : path.substring(1).split("/", -1)) {
        parts.add(part.replace("~1", "/").replace("~0", "~"));
      }
    }
    return parts;
  }

  private static ApiError missing(List<String> path) {
    return ApiError.badRequest(
        "the path /" + String.join("/", path) + " of the JSON patch is not there");
  }

  private static @Nullable Object get(@Nullable Object root, List<String> path) {
    @Nullable Object at = root;
    for (String part : path) {
      if (at instanceof Map<?, ?> map && map.containsKey(part)) {
        at = map.get(part);
      } else if (at instanceof List<?> list) {
        at = list.get(index(list, part, path, false));
      } else {
        throw missing(path);
      }
    }
    return at;
  }

  private static int index(List<?> list, String part, List<String> path, boolean adding) {
    if (adding && part.equals("-")) {
      return list.size();
    }
    if (!part.matches("0|[1-9][0-9]{0,8}")) {
      throw missing(path);
    }
    int index = Integer.parseInt(part);
    if (index >= list.size() + (adding ? 1 : 0)) {
      throw missing(path);
    }
    return index;
  }

  @SuppressWarnings("unchecked") // the trees were copied into maps and lists of our own
  private static @Nullable Object add(
      @Nullable Object root, List<String> path, @Nullable Object value) {
    if (path.isEmpty()) {
      return value;
    }
    @Nullable Object parent = get(root, path.subList(0, path.size() - 1));
    String last = path.get(path.size() - 1);
    if (parent instanceof Map<?, ?> map) {
      ((Map<String, @Nullable Object>) map).put(last, value);
    } else if (parent instanceof List<?> list) {
      ((List<@Nullable Object>) list).add(index(list, last, path, true), value);
    } else {
      throw missing(path);
    }
    return root;
  }

  @SuppressWarnings("unchecked") // as above
  private static @Nullable Object set(
      @Nullable Object root, List<String> path, @Nullable Object value) {
    @Nullable Object parent = get(root, path.subList(0, path.size() - 1));
    String last = path.get(path.size() - 1);
    if (parent instanceof Map<?, ?> map) {
      ((Map<String, @Nullable Object>) map).put(last, value);
    } else if (parent instanceof List<?> list) {
      ((List<@Nullable Object>) list).set(index(list, last, path, false), value);
    }
    return root;
  }

  private static @Nullable Object remove(@Nullable Object root, List<String> path) {
    get(root, path);
    if (path.isEmpty()) {
      return null;
    }
    @Nullable Object parent = get(root, path.subList(0, path.size() - 1));
    String last = path.get(path.size() - 1);
    if (parent instanceof Map<?, ?> map) {
      map.remove(last);
    } else if (parent instanceof List<?> list) {
      list.remove(index(list, last, path, false));
    }
    return root;
  }

  private static @Nullable Object copy(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(String.valueOf(key), copy(value)));
      return copy;
    }
    if (tree instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(item -> copy.add(copy(item)));
      return copy;
    }
    return tree;
  }
}
