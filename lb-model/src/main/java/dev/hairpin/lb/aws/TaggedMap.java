package dev.hairpin.lb.aws;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Resources by id that are also found by their tags, in time that follows the number of those found
 * and not of all. Not thread-safe.
 *
 * @param <T> the type of the resources; values that do not change
 */
public final class TaggedMap<T> {
  private final Function<T, Map<String, String>> tagsOf;
  private final boolean sorted;
  private final Map<String, T> byId;

  /** The resources that carry a tag, by the tag's key and value. */
  private final Map<Map.Entry<String, String>, Map<String, T>> byTag = new HashMap<>();

  private TaggedMap(Function<T, Map<String, String>> tagsOf, boolean sorted) {
    this.tagsOf = tagsOf;
    this.sorted = sorted;
    this.byId = newMap();
  }

  /**
   * A map whose resources come in the order in which they were first put.
   *
   * @param tagsOf gives a resource's tags
   * @param <T> the type of the resources
   * @return an empty map
   */
  public static <T> TaggedMap<T> inOrderOfCreation(Function<T, Map<String, String>> tagsOf) {
    return new TaggedMap<>(tagsOf, false);
  }

  /**
   * A map whose resources come in the order of their ids.
   *
   * @param tagsOf gives a resource's tags
   * @param <T> the type of the resources
   * @return an empty map
   */
  public static <T> TaggedMap<T> sortedById(Function<T, Map<String, String>> tagsOf) {
    return new TaggedMap<>(tagsOf, true);
  }

  private Map<String, T> newMap() {
    return sorted ? new TreeMap<>() : new LinkedHashMap<>();
  }

  /**
   * Puts in all resources of another map.
   *
   * @param other the other map
   */
  public void putAll(TaggedMap<T> other) {
    other.byId.forEach(this::put);
  }

  /**
   * Puts in a resource, or replaces it.
   *
   * @param id its id
   * @param resource the resource
   */
  public void put(String id, T resource) {
    T before = byId.put(id, resource);
    Map<String, String> tags = tagsOf.apply(resource);
    if (before != null) {
      for (Map.Entry<String, String> tag : tagsOf.apply(before).entrySet()) {
        if (!tag.getValue().equals(tags.get(tag.getKey()))) {
          forget(tag, id);
        }
      }
    }
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      byTag
          .computeIfAbsent(Map.entry(tag.getKey(), tag.getValue()), t -> newMap())
          .put(id, resource);
    }
  }

  /**
   * Takes out a resource.
   *
   * @param id its id
   * @return the resource, or null if there was none
   */
  public @Nullable T remove(String id) {
    T before = byId.remove(id);
    if (before != null) {
      tagsOf.apply(before).entrySet().forEach(tag -> forget(tag, id));
    }
    return before;
  }

  private void forget(Map.Entry<String, String> tag, String id) {
    Map<String, T> carriers = byTag.get(tag);
    if (carriers != null && carriers.remove(id) != null && carriers.isEmpty()) {
      byTag.remove(tag);
    }
  }

  /**
   * Finds a resource.
   *
   * @param id its id
   * @return the resource, or null if there is none
   */
  public @Nullable T get(String id) {
    return byId.get(id);
  }

  /** {@return whether a resource with this id is there} */
  public boolean containsId(String id) {
    return byId.containsKey(id);
  }

  /** {@return an unmodifiable view of all resources} */
  public Collection<T> values() {
    return Collections.unmodifiableCollection(byId.values());
  }

  /**
   * The resources that carry all of some tags.
   *
   * @param wanted the tags; with none, all resources are meant
   * @return the resources, in the map's order
   */
  public List<T> tagged(Map<String, String> wanted) {
    Map<String, T> fewest = byId;
    for (Map.Entry<String, String> tag : wanted.entrySet()) {
      Map<String, T> carriers = byTag.get(tag);
      if (carriers == null) {
        return List.of();
      }
      if (carriers.size() < fewest.size()) {
        fewest = carriers;
      }
    }
    return fewest.values().stream()
        .filter(r -> tagsOf.apply(r).entrySet().containsAll(wanted.entrySet()))
        .toList();
  }
}
