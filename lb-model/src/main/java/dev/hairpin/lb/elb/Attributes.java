package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The attributes of a load balancer, listener or target group: text by key.
 *
 * <p>What is not set has the default that the reader of the attribute gives. Which keys and values
 * are legal is {@link AttributeCatalog}'s matter.
 *
 * @param values the attributes that are set, sorted by key
 */
public record Attributes(Map<String, String> values) {

  /** No attribute is set. */
  public static final Attributes NONE = new Attributes(Map.of());

  /** Sorts and copies the attributes. */
  public Attributes {
    values = ImmutableSortedMap.copyOf(values);
  }

  /**
   * The attributes with one more.
   *
   * @param key the key, such as {@code load_balancing.cross_zone.enabled}
   * @param value its value
   * @return the new attributes
   */
  public Attributes with(String key, String value) {
    Map<String, String> more = new java.util.TreeMap<>(values);
    more.put(key, value);
    return new Attributes(more);
  }

  /**
   * A text.
   *
   * @param key the key
   * @param otherwise the default
   * @return its value
   */
  public String text(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }

  /**
   * A switch.
   *
   * @param key the key
   * @param otherwise the default
   * @return whether it is {@code true}
   */
  public boolean flag(String key, boolean otherwise) {
    String value = values.get(key);
    return value == null ? otherwise : value.equals("true");
  }

  /**
   * A number.
   *
   * @param key the key
   * @param otherwise the default
   * @return its value
   */
  public int number(String key, int otherwise) {
    String value = values.get(key);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  /**
   * A number that may be {@code off}.
   *
   * @param key the key
   * @return its value, or nothing if it is not set or off
   */
  public OptionalInt numberUnlessOff(String key) {
    String value = values.get(key);
    return value == null || value.equals("off")
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(value));
  }
}
