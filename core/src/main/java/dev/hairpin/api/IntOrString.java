package dev.hairpin.api;

import org.jspecify.annotations.Nullable;

/**
 * A port given by number or by name.
 *
 * <p>Source: {@code intstr.IntOrString}.
 *
 * @param number the number; meaningless if there is a name
 * @param name the name, or null if the number is meant
 */
public record IntOrString(int number, @Nullable String name) {

  /**
   * A number.
   *
   * @param number the number
   * @return the value
   */
  public static IntOrString of(int number) {
    return new IntOrString(number, null);
  }

  /**
   * A name.
   *
   * @param name the name
   * @return the value
   */
  public static IntOrString of(String name) {
    return new IntOrString(0, name);
  }

  /** The number or the name. */
  @Override
  public String toString() {
    return name != null ? name : Integer.toString(number);
  }
}
