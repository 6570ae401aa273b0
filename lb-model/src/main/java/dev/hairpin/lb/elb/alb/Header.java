package dev.hairpin.lb.elb.alb;

/**
 * A header line.
 *
 * @param name the name as it came
 * @param value the value without surrounding white space
 */
public record Header(String name, String value) {

  /** {@code Name: value}. */
  @Override
  public String toString() {
    return name + ": " + value;
  }
}
