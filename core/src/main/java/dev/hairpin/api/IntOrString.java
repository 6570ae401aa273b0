package dev.hairpin.api;

import org.jspecify.annotations.Nullable;

/**
 * A number, or a text that stands for one: a port by number or by name, an amount or a percentage.
 *
 * <p>Source: {@code intstr.IntOrString}.
 *
 * @param number the number; meaningless if there is a text
 * @param name the text, such as {@code http} or {@code 25%}; null if the number is meant
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
