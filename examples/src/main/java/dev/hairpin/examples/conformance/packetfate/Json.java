package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Reads fields that may be missing. */
final class Json {
  private Json() {}

  static String text(JsonObject o, String field, String otherwise) {
    JsonElement e = o.get(field);
    return e == null || e.isJsonNull() ? otherwise : e.getAsString();
  }

  static int number(JsonObject o, String field, int otherwise) {
    JsonElement e = o.get(field);
    if (e == null || e.isJsonNull()) {
      return otherwise;
    }
    if (e.getAsJsonPrimitive().isBoolean()) {
      return e.getAsBoolean() ? 1 : 0;
    }
    return e.getAsInt();
  }

  static double decimal(JsonObject o, String field, double otherwise) {
    JsonElement e = o.get(field);
    return e == null || e.isJsonNull() ? otherwise : e.getAsDouble();
  }

  static boolean flag(JsonObject o, String field, boolean otherwise) {
    JsonElement e = o.get(field);
    if (e == null || e.isJsonNull()) {
      return otherwise;
    }
    return e.getAsBoolean();
  }

  static List<JsonObject> objects(JsonObject o, String field) {
    List<JsonObject> list = new ArrayList<>();
    JsonElement e = o.get(field);
    if (e != null && e.isJsonArray()) {
      e.getAsJsonArray().forEach(x -> list.add(x.getAsJsonObject()));
    }
    return list;
  }

  static List<String> texts(JsonObject o, String field) {
    List<String> list = new ArrayList<>();
    JsonElement e = o.get(field);
    if (e != null && e.isJsonArray()) {
      JsonArray array = e.getAsJsonArray();
      array.forEach(x -> list.add(x.getAsString()));
    } else if (e != null && e.isJsonPrimitive()) {
      list.add(e.getAsString());
    }
    return list;
  }

  static JsonObject object(JsonObject o, String field) {
    JsonElement e = o.get(field);
    return e == null || !e.isJsonObject() ? new JsonObject() : e.getAsJsonObject();
  }
}
