package dev.hairpin.junit;

import dev.hairpin.cluster.environment.Environment;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;

/** Assertions on the environment that a container was started with. */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class EnvironmentAssert extends AbstractAssert<EnvironmentAssert, Environment> {

  EnvironmentAssert(Environment actual) {
    super(actual, EnvironmentAssert.class);
  }

  private EnvironmentAssert require(boolean holds, String expectation) {
    isNotNull();
    if (!holds) {
      failWithMessage("%s", "expected the environment " + expectation + ", but it is\n" + actual);
    }
    return this;
  }

  /**
   * A variable is there.
   *
   * @param name its name
   * @return this
   */
  public EnvironmentAssert has(String name) {
    return require(actual.value(name).isPresent(), "to have " + name);
  }

  /**
   * A variable has a value.
   *
   * @param name its name
   * @param value its value
   * @return this
   */
  public EnvironmentAssert has(String name, String value) {
    return require(actual.value(name).equals(Optional.of(value)), "to have " + name + "=" + value);
  }

  /**
   * A variable is not there.
   *
   * @param name its name
   * @return this
   */
  public EnvironmentAssert hasNo(String name) {
    return require(actual.value(name).isEmpty(), "not to have " + name);
  }

  /**
   * It has a size at most, as {@link Environment#sizeBytes} counts it.
   *
   * @param bytes the limit
   * @return this
   */
  public EnvironmentAssert isAtMost(long bytes) {
    return require(
        actual.sizeBytes() <= bytes,
        "to take at most " + bytes + " bytes (it takes " + actual.sizeBytes() + ")");
  }
}
