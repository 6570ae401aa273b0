package dev.hairpin.manifest;

import dev.hairpin.api.IntOrString;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object in a manifest's tree, read by name and type.
 *
 * <p>An absent field and one that is null are the same, as for the API server. A value of another
 * type than the one asked for is a {@link ManifestException} that names the field's path. Not
 * thread-safe.
 */
public final class Fields {
  private final Map<String, ?> tree;
  private final String path;
  private final Consumer<String> unknown;
  private final boolean coercing;
  private final Set<String> known = new HashSet<>();

  private Fields(Map<String, ?> tree, String path, Consumer<String> unknown, boolean coercing) {
    this.tree = tree;
    this.path = path;
    this.unknown = unknown;
    this.coercing = coercing;
  }

  /**
   * The fields of a tree.
   *
   * @param tree the object: texts, numbers, booleans, lists and maps
   * @param path the path of the object in its document; empty for the root
   * @param unknown is told the path of each field that nobody asked for
   * @return the fields
   */
  public static Fields of(Map<String, ?> tree, String path, Consumer<String> unknown) {
    return new Fields(tree, path, unknown, false);
  }

  /**
   * The fields of a tree, where fields that nobody asks for do not matter.
   *
   * @param tree the object
   * @return the fields
   */
  public static Fields of(Map<String, ?> tree) {
    return new Fields(tree, "", ignored -> {}, false);
  }

  /**
   * The same fields, where numbers and booleans are taken for texts as well.
   *
   * <p>Source: {@code Unmarshal} of {@code sigs.k8s.io/yaml} into a typed object does so; the API
   * server does not.
   *
   * @return the fields
   */
  public Fields coercing() {
    return new Fields(tree, path, unknown, true);
  }

  /**
   * The path of a field.
   *
   * @param name the field
   * @return the path from the root of the document
   */
  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /**
   * The path of this object.
   *
   * @return the path from the root of the document
   */
  public String path() {
    return path;
  }

  /**
   * Whether a field is there and not null.
   *
   * @param name the field
   * @return true if it has a value
   */
  public boolean has(String name) {
    return tree.get(name) != null;
  }

  /**
   * Marks fields as known that are not read.
   *
   * @param names the fields
   * @return this
   */
  public Fields ignoring(String... names) {
    known.addAll(List.of(names));
    return this;
  }

  /**
   * Fields that are kept as they are.
   *
   * @param names the fields
   * @return those that are there and not null, in the given order
   */
  public Map<String, Object> keeping(String... names) {
    Map<String, Object> kept = new LinkedHashMap<>();
    for (String name : names) {
      @Nullable Object value = value(name);
      if (value != null) {
        kept.put(name, plain(value));
      }
    }
    return kept;
  }

  /** Reports the fields that nobody asked for. */
  public void end() {
    for (String name : tree.keySet()) {
      if (!known.contains(name)) {
        unknown.accept(path(name));
      }
    }
  }

  private @Nullable Object value(String name) {
    known.add(name);
    return tree.get(name);
  }

  /**
   * A text.
   *
   * @param name the field
   * @return the text, or null if it is absent
   */
  public @Nullable String textOrNull(String name) {
    @Nullable Object value = value(name);
    return value == null ? null : text(name, value);
  }

  private String text(String name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (coercing && (value instanceof Number || value instanceof Boolean)) {
      return numberText(value);
    }
    throw wrong(name, "string", value);
  }

  /**
   * A text.
   *
   * @param name the field
   * @return the text, or empty if it is absent
   */
  public String text(String name) {
    return text(name, "");
  }

  /**
   * A text.
   *
   * @param name the field
   * @param absent the value if it is absent or empty
   * @return the text
   */
  public String text(String name, String absent) {
    @Nullable String value = textOrNull(name);
    return value == null || value.isEmpty() ? absent : value;
  }

  /**
   * A 32-bit number.
   *
   * @param name the field
   * @return the number, or null if it is absent
   */
  public @Nullable Integer int32OrNull(String name) {
    @Nullable Object value = value(name);
    return value == null ? null : (Integer) (int) integer(name, value, 32);
  }

  /**
   * A 32-bit number.
   *
   * @param name the field
   * @param absent the value if it is absent
   * @return the number
   */
  public int int32(String name, int absent) {
    @Nullable Integer value = int32OrNull(name);
    return value == null ? absent : value;
  }

  /**
   * A 64-bit number.
   *
   * @param name the field
   * @param absent the value if it is absent
   * @return the number
   */
  public long int64(String name, long absent) {
    @Nullable Object value = value(name);
    return value == null ? absent : integer(name, value, 64);
  }

  private long integer(String name, Object value, int bits) {
    if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53) {
      return inRange(name, value, d.longValue(), bits);
    }
    if (value instanceof Long || value instanceof Integer || value instanceof Short) {
      return inRange(name, value, ((Number) value).longValue(), bits);
    }
    throw wrong(name, "int" + bits, value);
  }

  private long inRange(String name, Object given, long value, int bits) {
    if (bits == 32 && value != (int) value) {
      throw wrong(name, "int32", given);
    }
    return value;
  }

  /**
   * A truth.
   *
   * @param name the field
   * @return the value, or null if it is absent
   */
  public @Nullable Boolean boolOrNull(String name) {
    @Nullable Object value = value(name);
    if (value == null || value instanceof Boolean) {
      return (Boolean) value;
    }
    throw wrong(name, "bool", value);
  }

  /**
   * A truth.
   *
   * @param name the field
   * @param absent the value if it is absent
   * @return the value
   */
  public boolean bool(String name, boolean absent) {
    @Nullable Boolean value = boolOrNull(name);
    return value == null ? absent : value;
  }

  /**
   * A number or a text, such as a target port or a percentage.
   *
   * @param name the field
   * @return the value, or null if it is absent
   */
  public @Nullable IntOrString intOrStringOrNull(String name) {
    @Nullable Object value = value(name);
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      return IntOrString.of(text);
    }
    if (value instanceof Number) {
      return IntOrString.of((int) integer(name, value, 32));
    }
    throw wrong(name, "number or string", value);
  }

  /**
   * A number or a text.
   *
   * @param name the field
   * @param absent the value if it is absent
   * @return the value
   */
  public IntOrString intOrString(String name, IntOrString absent) {
    @Nullable IntOrString value = intOrStringOrNull(name);
    return value == null ? absent : value;
  }

  /**
   * An instant in RFC 3339 form.
   *
   * @param name the field
   * @return the instant, or null if it is absent
   */
  public @Nullable Instant timeOrNull(String name) {
    @Nullable Object value = value(name);
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        throw new ManifestException(
            path(name), "expected a time such as 2026-01-31T09:00:00Z, not " + describe(value));
      }
    }
    throw wrong(name, "time", value);
  }

  /**
   * One of a closed list of words.
   *
   * @param name the field
   * @param byText finds the value of a word
   * @param expected the words, for the error
   * @param <E> the type of the values
   * @return the value, or null if the field is absent or empty
   */
  public <E> @Nullable E oneOfOrNull(
      String name, Function<String, Optional<E>> byText, List<?> expected) {
    @Nullable String text = textOrNull(name);
    if (text == null || text.isEmpty()) {
      return null;
    }
    Optional<E> value = byText.apply(text);
    if (value.isEmpty()) {
      throw new ManifestException(
          path(name), "expected one of " + expected + ", not " + describe(text));
    }
    return value.get();
  }

  /**
   * The fields of an object.
   *
   * @param name the field
   * @return its fields, or null if it is absent
   */
  public @Nullable Fields objectOrNull(String name) {
    @Nullable Object value = value(name);
    return value == null ? null : new Fields(map(value, path(name)), path(name), unknown, coercing);
  }

  /**
   * The fields of an object.
   *
   * @param name the field
   * @return its fields; none if it is absent
   */
  public Fields object(String name) {
    @Nullable Fields fields = objectOrNull(name);
    return fields == null ? new Fields(Map.of(), path(name), unknown, coercing) : fields;
  }

  /**
   * The objects of a list.
   *
   * @param name the field
   * @return their fields; none if the list is absent
   */
  public List<Fields> objects(String name) {
    List<?> list = list(name);
    List<Fields> result = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      String at = path(name) + "[" + i + "]";
      @Nullable Object item = list.get(i);
      result.add(new Fields(item == null ? Map.of() : map(item, at), at, unknown, coercing));
    }
    return result;
  }

  /**
   * Turns the objects of a list into values.
   *
   * @param name the field
   * @param read makes a value of an object's fields
   * @param <T> the type of the values
   * @return the values
   */
  public <T> List<T> list(String name, Function<Fields, T> read) {
    List<Fields> objects = objects(name);
    List<T> result = new ArrayList<>(objects.size());
    for (Fields object : objects) {
      result.add(read.apply(object));
    }
    return result;
  }

  /**
   * The texts of a list.
   *
   * @param name the field
   * @return the texts; none if the list is absent
   */
  public List<String> texts(String name) {
    List<?> list = list(name);
    List<String> result = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      @Nullable Object item = list.get(i);
      result.add(item == null ? "" : text(name + "[" + i + "]", item));
    }
    return result;
  }

  /**
   * A map of texts, such as labels.
   *
   * @param name the field
   * @return the map, or null if it is absent
   */
  public @Nullable Map<String, String> textMapOrNull(String name) {
    @Nullable Object value = value(name);
    if (value == null) {
      return null;
    }
    Map<String, String> result = new LinkedHashMap<>();
    map(value, path(name)).forEach((key, item) -> {
      result.put(key, item == null ? "" : text(name + "[" + key + "]", item));
    });
    return result;
  }

  /**
   * A map of texts, such as labels.
   *
   * @param name the field
   * @return the map; empty if it is absent
   */
  public Map<String, String> textMap(String name) {
    @Nullable Map<String, String> map = textMapOrNull(name);
    return map == null ? Map.of() : map;
  }

  /**
   * A map of quantities such as {@code cpu: 4}, whose values may be numbers.
   *
   * @param name the field
   * @return the map, numbers as texts
   */
  public Map<String, String> quantities(String name) {
    @Nullable Object value = value(name);
    if (value == null) {
      return Map.of();
    }
    Map<String, String> result = new LinkedHashMap<>();
    map(value, path(name)).forEach((key, item) -> {
      if (item instanceof String || item instanceof Number) {
        result.put(key, numberText(item));
      } else if (item != null) {
        throw wrong(name + "[" + key + "]", "quantity", item);
      }
    });
    return result;
  }

  /**
   * A quantity such as {@code 1Mi}, which may be a number.
   *
   * @param name the field
   * @return the quantity as a text; empty if it is absent
   */
  public String quantity(String name) {
    @Nullable Object value = value(name);
    if (value == null || value instanceof String || value instanceof Number) {
      return value == null ? "" : numberText(value);
    }
    throw wrong(name, "quantity", value);
  }

  private static String numberText(Object item) {
    return item instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15
        ? Long.toString(d.longValue())
        : item.toString();
  }

  /**
   * An object as it is.
   *
   * @param name the field
   * @return the tree, or null if it is absent
   */
  public @Nullable Map<String, Object> rawOrNull(String name) {
    @Nullable Object value = value(name);
    return value == null ? null : withoutNulls(map(value, path(name)));
  }

  /**
   * The objects of a list as they are.
   *
   * @param name the field
   * @return the trees
   */
  public List<Map<String, Object>> raws(String name) {
    List<?> list = list(name);
    List<Map<String, Object>> result = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      @Nullable Object item = list.get(i);
      result.add(item == null ? Map.of() : withoutNulls(map(item, path(name) + "[" + i + "]")));
    }
    return result;
  }

  /**
   * This object as it is, without some fields.
   *
   * @param names the fields to leave out
   * @return the tree
   */
  public Map<String, Object> rest(String... names) {
    Map<String, Object> result = withoutNulls(tree);
    for (String name : names) {
      result.remove(name);
    }
    known.addAll(tree.keySet());
    return result;
  }

  /** A tree without nulls in its objects, at any depth. */
  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, inner) -> {
        if (inner != null) {
          copy.put(String.valueOf(key), plain(inner));
        }
      });
      return copy;
    }
    if (value instanceof List<?> list) {
      return list.stream().filter(Objects::nonNull).map(Fields::plain).toList();
    }
    return value;
  }

  private static Map<String, Object> withoutNulls(Map<String, ?> map) {
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach((key, value) -> {
      if (value != null) {
        result.put(key, value);
      }
    });
    return result;
  }

  private List<?> list(String name) {
    @Nullable Object value = value(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong(name, "list", value);
  }

  private static Map<String, ?> map(Object value, String path) {
    if (value instanceof Map<?, ?> map) {
      for (Object key : map.keySet()) {
        if (!(key instanceof String)) {
          throw new ManifestException(path, "expected texts as keys, not " + describe(key));
        }
      }
      @SuppressWarnings("unchecked") // every key was checked
      Map<String, ?> typed = (Map<String, ?>) map;
      return typed;
    }
    throw new ManifestException(path, "expected an object, not " + describe(value));
  }

  private ManifestException wrong(String name, String expected, Object value) {
    String article = expected.startsWith("int") ? "an " : "a ";
    return new ManifestException(
        path(name), "expected " + article + expected + ", not " + describe(value));
  }

  static String describe(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    String text = value.toString();
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    if (value instanceof String) {
      return "the string \"" + shown + "\"";
    }
    if (value instanceof Boolean) {
      return "the boolean " + shown;
    }
    if (value instanceof BigInteger || value instanceof Number) {
      return "the number " + shown;
    }
    return "a " + value.getClass().getSimpleName();
  }
}
