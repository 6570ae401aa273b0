package dev.hairpin.lb.controller;

import dev.hairpin.lb.json.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Annotations of a Service or Ingress, read as the controller reads them.
 *
 * <p>Where there are several maps, an earlier one wins: the annotations of a backend Service over
 * those of the Ingress. Source: {@code pkg/annotations}.
 */
final class Annotations {
  /** The prefix of annotations on Services that become NLBs. */
  static final String SERVICE_PREFIX = "service.beta.kubernetes.io/";

  /** The prefix of annotations on Ingresses and their Services. */
  static final String INGRESS_PREFIX = "alb.ingress.kubernetes.io/";

  private final String prefix;
  private final List<Map<String, String>> maps;

  private Annotations(String prefix, List<Map<String, String>> maps) {
    this.prefix = prefix;
    this.maps = maps;
  }

  static Annotations ofService(Map<String, String> annotations) {
    return new Annotations(SERVICE_PREFIX, List.of(annotations));
  }

  static Annotations ofIngress(Map<String, String> annotations) {
    return new Annotations(INGRESS_PREFIX, List.of(annotations));
  }

  static Annotations ofBackend(Map<String, String> service, Map<String, String> ingress) {
    return new Annotations(INGRESS_PREFIX, List.of(service, ingress));
  }

  /** A value is no JSON, or JSON of another shape. */
  static final class Unreadable extends ReconcileException {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
      super(message);
    }
  }

  /** The value as it stands. */
  Optional<String> string(String suffix) {
    String key = prefix + suffix;
    for (Map<String, String> map : maps) {
      String value = map.get(key);
      if (value != null) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  String string(String suffix, String otherwise) {
    return string(suffix).orElse(otherwise);
  }

  Optional<Boolean> bool(String suffix) {
    return parsed(suffix, "bool", Go::parseBool);
  }

  boolean bool(String suffix, boolean otherwise) {
    return bool(suffix).orElse(otherwise);
  }

  Optional<Long> int64(String suffix) {
    return parsed(suffix, "int64", Go::parseInt);
  }

  long int64(String suffix, long otherwise) {
    return int64(suffix).orElse(otherwise);
  }

  /** Values between commas, trimmed, without empty ones; nothing if the annotation is absent. */
  Optional<List<String>> list(String suffix) {
    return string(suffix).map(Annotations::split);
  }

  /** Pairs {@code k=v} between commas; blanks around the equals sign belong to key and value. */
  Map<String, String> map(String suffix) {
    Optional<String> value = string(suffix);
    if (value.isEmpty()) {
      return Map.of();
    }
    Map<String, String> result = new LinkedHashMap<>();
    for (String pair : split(value.get())) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? "" : pair.substring(0, equals);
      if (key.isEmpty()) {
        throw new ReconcileException(
            "failed to parse stringMap annotation, " + prefix + suffix + ": " + value.get());
      }
      result.put(key, pair.substring(equals + 1));
    }
    return result;
  }

  /** A JSON value. */
  <T> Optional<T> json(String suffix, Function<String, T> read) {
    return string(suffix).map(text -> {
      try {
        return read.apply(text);
      } catch (JsonException e) {
        throw new Unreadable("failed to parse json annotation, "
            + prefix
            + suffix
            + ": "
            + text
            + ": "
            + e.getMessage());
      }
    });
  }

  private <T> Optional<T> parsed(String suffix, String type, Function<String, T> read) {
    return string(suffix).map(text -> {
      try {
        return read.apply(text);
      } catch (ReconcileException e) {
        throw new ReconcileException("failed to parse "
            + type
            + " annotation, "
            + prefix
            + suffix
            + ": "
            + text
            + ": "
            + e.getMessage());
      }
    });
  }

  private static List<String> split(String text) {
    List<String> result = new ArrayList<>();
    int from = 0;
    while (from <= text.length()) {
      int comma = text.indexOf(',', from);
      int end = comma < 0 ? text.length() : comma;
      String part = text.substring(from, end).trim();
      if (!part.isEmpty()) {
        result.add(part);
      }
      from = end + 1;
    }
    return result;
  }
}
