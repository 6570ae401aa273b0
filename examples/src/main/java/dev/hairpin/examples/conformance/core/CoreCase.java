package dev.hairpin.examples.conformance.core;

import java.util.List;
import java.util.Map;

/**
 * One recording.
 *
 * @param id its name
 * @param kind which runner it is for
 * @param input what the real program was given
 * @param expected what it answered: a map or a list
 */
record CoreCase(String id, String kind, Map<String, Object> input, Object expected) {

  /** A list of the input; empty if it is absent. */
  @SuppressWarnings("unchecked") // the recordings' lists hold maps, lists and scalars
  List<Object> list(String name) {
    return (List<Object>) input.getOrDefault(name, List.of());
  }

  /** A list of objects of the input; empty if it is absent. */
  @SuppressWarnings("unchecked") // where the recordings have objects, they are maps
  List<Map<String, Object>> objects(String name) {
    return (List<Map<String, Object>>) input.getOrDefault(name, List.of());
  }

  /** A list of the expectation, which is a map. */
  @SuppressWarnings("unchecked") // as above
  List<Map<String, Object>> expectedObjects(String name) {
    return (List<Map<String, Object>>)
        ((Map<String, Object>) expected).getOrDefault(name, List.of());
  }
}
