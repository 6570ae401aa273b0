package dev.hairpin.junit;

import dev.hairpin.analysis.Shares;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Trace;

/**
 * The assertions of this package. Import {@code assertThat} of this class and of AssertJ side by
 * side; the compiler takes the one that fits.
 */
public final class HairpinAssertions {
  private HairpinAssertions() {}

  /**
   * Assertions on a connection.
   *
   * @param actual its trace
   * @return the assertions
   */
  public static TraceAssert assertThat(Trace actual) {
    return new TraceAssert(actual);
  }

  /**
   * Assertions on where connections end.
   *
   * @param actual the exact distribution
   * @return the assertions
   */
  public static SharesAssert assertThat(Shares actual) {
    return new SharesAssert(actual);
  }

  /**
   * Assertions on a name.
   *
   * @param actual what came of it
   * @return the assertions
   */
  public static LookupAssert assertThat(NameService.Lookup actual) {
    return new LookupAssert(actual);
  }

  /**
   * Assertions on a container's environment.
   *
   * @param actual the environment
   * @return the assertions
   */
  public static EnvironmentAssert assertThat(Environment actual) {
    return new EnvironmentAssert(actual);
  }

  /**
   * Compares a trace with a file beside the test class; see {@link TraceAssert#matchesGolden}.
   *
   * @param actual the trace
   * @param file the file's name, such as {@code ui-nlb.trace.txt}
   */
  public static void assertTrace(Trace actual, String file) {
    assertThat(actual).matchesGolden(file);
  }
}
