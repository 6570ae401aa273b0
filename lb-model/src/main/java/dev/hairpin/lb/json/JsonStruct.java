package dev.hairpin.lb.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that is read into a Go struct: names match without regard to case, unknown ones are
 * ignored, null leaves a field as it is, and a value of another type is refused in Go's words.
 */
public final class JsonStruct {
  private final String typeName;
  private final String path;
  private final Map<?, ?> fields;

  private JsonStruct(String typeName, String path, Map<?, ?> fields) {
    this.typeName = typeName;
    this.path = path;
    this.fields = fields;
  }

  /**
   * Reads a text whose value is one object.
   *
   * @param text the JSON text
   * @param typeName the struct's name in the controller, without package
   * @return the object
   * @throws JsonException if the text is no JSON, or another value
   */
  public static JsonStruct parse(String text, String typeName) {
    return of(JsonParser.parse(text), typeName, "", "ingress." + typeName);
  }

  /**
   * Reads a text whose value is a list of objects.
   *
   * @param text the JSON text
   * @param typeName the elements' struct's name in the controller, without package
   * @return the objects
   * @throws JsonException if the text is no JSON, or another value
   */
  public static List<JsonStruct> parseList(String text, String typeName) {
    Object value = JsonParser.parse(text);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw mismatch(value, "Go value of type []ingress." + typeName);
    }
    List<JsonStruct> result = new ArrayList<>();
    for (Object item : list) {
      result.add(of(item, typeName, "", "ingress." + typeName));
    }
    return result;
  }

  private static JsonStruct of(
      @Nullable Object value, String typeName, String path, String goType) {
    if (value == null) {
      return new JsonStruct(typeName, path, Map.of());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw mismatch(value, "Go value of type " + goType);
    }
    return new JsonStruct(typeName, path, map);
  }

  /**
   * A string field.
   *
   * @param name the field's JSON name
   * @return the string, or null if the field is absent or null
   */
  public @Nullable String string(String name) {
    return field(name, "string", v -> v instanceof String s ? s : null);
  }

  /**
   * A string field with another name for its type.
   *
   * @param name the field's JSON name
   * @param goType the Go type
   * @return the string, or empty
   */
  public String stringOf(String name, String goType) {
    String value = field(name, goType, v -> v instanceof String s ? s : null);
    return value == null ? "" : value;
  }

  /**
   * A string field that is empty when absent.
   *
   * @param name the field's JSON name
   * @return the string, or empty
   */
  public String text(String name) {
    return stringOf(name, "string");
  }

  /**
   * A boolean field.
   *
   * @param name the field's JSON name
   * @return the value, or null if the field is absent or null
   */
  public @Nullable Boolean bool(String name) {
    return field(name, "bool", v -> v instanceof Boolean b ? b : null);
  }

  /**
   * A 64-bit integer field.
   *
   * @param name the field's JSON name
   * @return the value, or null if the field is absent or null
   */
  public @Nullable Long int64(String name) {
    return field(name, "int64", JsonStruct::asLong);
  }

  /**
   * A field that is a number or a string, as {@code intstr.IntOrString} is.
   *
   * @param name the field's JSON name
   * @return its text, or null if the field is absent or null
   */
  public @Nullable String intOrString(String name) {
    Object value = raw(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    Long number = asLong(value);
    if (number == null || number != number.intValue()) {
      throw mismatch(value, "Go value of type int32");
    }
    return number.toString();
  }

  private @Nullable Object raw(String name) {
    if (fields.containsKey(name)) {
      return fields.get(name);
    }
    for (Map.Entry<?, ?> entry : fields.entrySet()) {
      if (name.equalsIgnoreCase(String.valueOf(entry.getKey()))) {
        return entry.getValue();
      }
    }
    return null;
  }

  /**
   * A field of strings.
   *
   * @param name the field's JSON name
   * @return the strings; empty if the field is absent
   */
  public List<String> strings(String name) {
    List<?> list = field(name, "[]string", v -> v instanceof List<?> l ? l : null);
    List<String> result = new ArrayList<>();
    for (Object item : list == null ? List.of() : list) {
      if (item != null && !(item instanceof String)) {
        throw mismatch(item, goField(name) + " of type string");
      }
      result.add(item == null ? "" : (String) item);
    }
    return result;
  }

  /**
   * A field of strings by strings.
   *
   * @param name the field's JSON name
   * @return the map; empty if the field is absent
   */
  public Map<String, String> stringMap(String name) {
    Map<?, ?> map = field(name, "map[string]string", v -> v instanceof Map<?, ?> m ? m : null);
    Map<String, String> result = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map == null ? Map.of().entrySet() : map.entrySet()) {
      if (!(entry.getValue() instanceof String value)) {
        throw mismatch(entry.getValue(), goField(name) + " of type string");
      }
      result.put(String.valueOf(entry.getKey()), value);
    }
    return result;
  }

  /**
   * A field with an object in it.
   *
   * @param name the field's JSON name
   * @param type the struct's name in the controller
   * @return the object, or null if the field is absent or null
   */
  public @Nullable JsonStruct struct(String name, String type) {
    Map<?, ?> map = field(name, "ingress." + type, v -> v instanceof Map<?, ?> m ? m : null);
    return map == null ? null : new JsonStruct(type, child(name), map);
  }

  /**
   * A field with a list of objects in it.
   *
   * @param name the field's JSON name
   * @param type the struct's name in the controller
   * @return the objects; empty if the field is absent
   */
  public List<JsonStruct> structs(String name, String type) {
    List<?> list = field(name, "[]ingress." + type, v -> v instanceof List<?> l ? l : null);
    List<JsonStruct> result = new ArrayList<>();
    for (Object item : list == null ? List.of() : list) {
      if (item != null && !(item instanceof Map<?, ?>)) {
        throw mismatch(item, goField(name) + " of type ingress." + type);
      }
      result.add(new JsonStruct(type, child(name), item instanceof Map<?, ?> map ? map : Map.of()));
    }
    return result;
  }

  private <T> @Nullable T field(String name, String goType, Function<Object, @Nullable T> read) {
    Object value = raw(name);
    if (value == null) {
      return null;
    }
    T result = read.apply(value);
    if (result == null) {
      throw mismatch(value, goField(name) + " of type " + goType);
    }
    return result;
  }

  private String child(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private String goField(String name) {
    return "Go struct field " + typeName + "." + child(name);
  }

  /**
   * A whole number within 64 bits.
   *
   * @param value a value as {@link JsonParser} gives it
   * @return the number, or null if it is none
   */
  public static @Nullable Long asLong(Object value) {
    if (!(value instanceof BigDecimal number) || number.scale() > 0 || number.precision() > 19) {
      return null;
    }
    try {
      return number.longValueExact();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /**
   * The refusal of a value of another type.
   *
   * @param value the value
   * @param target what it was to be, such as {@code Go value of type []map[string]int64}
   * @return the exception
   */
  public static JsonException mismatch(@Nullable Object value, String target) {
    String kind = value instanceof Map<?, ?>
        ? "object"
        : value instanceof List<?>
            ? "array"
            : value instanceof String
                ? "string"
                : value instanceof Boolean
                    ? "bool"
                    : value instanceof BigDecimal number
                            && (target.endsWith("int64") || target.endsWith("int32"))
                        ? "number " + number.toPlainString()
                        : "number";
    return new JsonException("json: cannot unmarshal " + kind + " into " + target);
  }
}
