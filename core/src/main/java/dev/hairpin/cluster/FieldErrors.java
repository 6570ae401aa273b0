package dev.hairpin.cluster;

import dev.hairpin.render.Escape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with an object, field by field, in the API server's words.
 *
 * <p>Source: {@code field.Error} of apimachinery v0.36; values as JSON since 1.34, in Go's syntax
 * before.
 */
final class FieldErrors {

  /** A kind of error. */
  enum Type {
    REQUIRED("Required value", "FieldValueRequired"),
    INVALID("Invalid value", "FieldValueInvalid"),
    NOT_SUPPORTED("Unsupported value", "FieldValueNotSupported"),
    DUPLICATE("Duplicate value", "FieldValueDuplicate"),
    NOT_FOUND("Not found", "FieldValueNotFound"),
    FORBIDDEN("Forbidden", "FieldValueForbidden"),
    TOO_LONG("Too long", "FieldValueTooLong"),
    TOO_MANY("Too many", "FieldValueTooMany");

    private final String text;
    private final String reason;

    Type(String text, String reason) {
      this.text = text;
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /**
   * One error.
   *
   * @param type its kind
   * @param path the field
   * @param body the text without the field
   */
  record FieldError(Type type, String path, String body) {
    @Override
    public String toString() {
      return path + ": " + body;
    }
  }

  /**
   * A value that Go's syntax writes in another way than JSON.
   *
   * @param json the value as a tree
   * @param go the value in Go's syntax
   */
  record Shown(@Nullable Object json, String go) {}

  private final List<FieldError> errors = new ArrayList<>();
  private final ApiFeatures features;
  private final boolean goSyntax;

  FieldErrors(ApiFeatures features) {
    this.features = features;
    this.goSyntax = !features.jsonValues();
  }

  ApiFeatures features() {
    return features;
  }

  List<FieldError> all() {
    return Collections.unmodifiableList(errors);
  }

  boolean isEmpty() {
    return errors.isEmpty();
  }

  int size() {
    return errors.size();
  }

  void required(String path, String detail) {
    add(Type.REQUIRED, path, detail);
  }

  void forbidden(String path, String detail) {
    add(Type.FORBIDDEN, path, detail);
  }

  void invalid(String path, @Nullable Object value, String detail) {
    add(Type.INVALID, path, value(value) + (detail.isEmpty() ? "" : ": " + detail));
  }

  void invalid(String path, @Nullable Object value, Collection<String> details) {
    details.forEach(detail -> invalid(path, value, detail));
  }

  void duplicate(String path, Object value) {
    add(Type.DUPLICATE, path, value(value));
  }

  void notFound(String path, Object value) {
    add(Type.NOT_FOUND, path, value(value));
  }

  void tooLong(String path, String detail) {
    add(Type.TOO_LONG, path, detail);
  }

  void tooMany(String path, int count, int limit) {
    add(Type.TOO_MANY, path, count + ": must have at most " + limit + " items");
  }

  /** The supported values are printed in the order given. */
  void notSupported(String path, @Nullable Object value, Collection<String> supported) {
    String list = supported.stream().map(FieldErrors::quote).collect(Collectors.joining(", "));
    add(Type.NOT_SUPPORTED, path, value(value) + ": supported values: " + list);
  }

  private void add(Type type, String path, String rest) {
    errors.add(new FieldError(type, path, rest.isEmpty() ? type.text : type.text + ": " + rest));
  }

  private String value(@Nullable Object value) {
    if (value instanceof Shown shown) {
      return goSyntax ? shown.go : json(shown.json);
    }
    if (goSyntax && value instanceof List<?> list) {
      return goTexts(list);
    }
    if (goSyntax && value instanceof Map<?, ?> map) {
      return goMap(map);
    }
    return value instanceof String text ? quote(text) : json(value);
  }

  /** A list of texts in Go's syntax. */
  static String goTexts(List<?> list) {
    return list.stream()
        .map(v -> quote(String.valueOf(v)))
        .collect(Collectors.joining(", ", "[]string{", "}"));
  }

  /** A map of texts in Go's syntax, keys in order. */
  static String goMap(Map<?, ?> map) {
    return map.entrySet().stream()
        .map(e -> quote(String.valueOf(e.getKey())) + ":" + quote(String.valueOf(e.getValue())))
        .sorted()
        .collect(Collectors.joining(", ", "map[string]string{", "}"));
  }

  /** A text as Go's verb {@code %q} writes it. */
  static String quote(String text) {
    return Escape.go(text);
  }

  /** A value as Go's {@code encoding/json} writes it. */
  static String json(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> jsonText(String.valueOf(e.getKey())) + ":" + json(e.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof Collection<?> list) {
      return list.stream().map(FieldErrors::json).collect(Collectors.joining(",", "[", "]"));
    }
    if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15) {
      return Long.toString(d.longValue());
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? String.valueOf(value)
        : jsonText(value.toString());
  }

  private static String jsonText(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        case '<', '>', '&', '\u2028', '\u2029' -> out.append(String.format("\\u%04x", (int) c));
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
