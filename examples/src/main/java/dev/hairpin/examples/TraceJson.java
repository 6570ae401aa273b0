package dev.hairpin.examples;

import com.google.gson.GsonBuilder;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.render.Escape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A trace as JSON: the names are those of the records, the values their texts. */
final class TraceJson {
  private TraceJson() {}

  static String of(Trace trace) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("question", trace.question());
    tree.put("outcome", outcome(trace.outcome()));
    tree.put("hops", trace.hops().stream().map(TraceJson::hop).toList());
    tree.put("reply", trace.reply().stream().map(TraceJson::hop).toList());
    return Escape.jsonDocument(
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(tree));
  }

  private static Map<String, Object> outcome(Outcome outcome) {
    Map<String, Object> tree = components(outcome);
    tree.put("because", outcome.reason().sentence());
    return tree;
  }

  private static Map<String, Object> hop(Hop hop) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("host", hop.host());
    tree.put("stage", hop.stage());
    tree.put("protocol", hop.before().protocol().lowerCase());
    tree.put("before", hop.before().toString());
    tree.put("after", hop.after().toString());
    tree.put("packet", hop.what());
    tree.put("steps", hop.steps().stream().map(TraceJson::step).toList());
    return tree;
  }

  private static Map<String, Object> step(Step step) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("step", step.getClass().getSimpleName());
    tree.putAll(components((Record) step));
    return tree;
  }

  private static Map<String, Object> components(Record record) {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      value(read(record, component)).ifPresent(v -> tree.put(component.getName(), v));
    }
    return tree;
  }

  private static @Nullable Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component + " of a trace", e);
    }
  }

  private static Optional<Object> value(@Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Number || value instanceof Boolean) {
      return Optional.of(value);
    }
    if (value instanceof List<?> list) {
      return Optional.of(list.stream().map(Object::toString).toList());
    }
    return Optional.of(value.toString());
  }
}
