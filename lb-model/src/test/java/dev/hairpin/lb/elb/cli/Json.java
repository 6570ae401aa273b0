package dev.hairpin.lb.elb.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the recorded JSON of the tests; no escapes but those that stand in it. */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> parse(String text) {
    return (Map<String, Object>) new Json(text).value();
  }

  private char skip() {
    while (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == ',') {
      at++;
    }
    return text.charAt(at);
  }

  private Object value() {
    switch (skip()) {
      case '{' -> {
        at++;
        Map<String, Object> map = new LinkedHashMap<>();
        while (skip() != '}') {
          String key = string();
          at = text.indexOf(':', at) + 1;
          map.put(key, value());
        }
        at++;
        return map;
      }
      case '[' -> {
        at++;
        List<Object> list = new ArrayList<>();
        while (skip() != ']') {
          list.add(value());
        }
        at++;
        return list;
      }
      case '"' -> {
        return string();
      }
      default -> {
        int from = at;
        while (Character.isLetterOrDigit(text.charAt(at))) {
          at++;
        }
        String word = text.substring(from, at);
        if (word.equals("true") || word.equals("false")) {
          return word.equals("true");
        }
        return Integer.parseInt(word);
      }
    }
  }

  private String string() {
    int end = text.indexOf('"', at + 1);
    String s = text.substring(at + 1, end);
    at = end + 1;
    return s;
  }
}
