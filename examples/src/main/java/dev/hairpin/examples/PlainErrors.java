package dev.hairpin.examples;

import dev.hairpin.cluster.ApiError;
import dev.hairpin.cluster.environment.EnvironmentException;
import dev.hairpin.manifest.ManifestException;
import java.io.UncheckedIOException;

/** Which errors say to people what they asked that cannot be, so that a line is their answer. */
public final class PlainErrors {
  private PlainErrors() {}

  /**
   * Whether an error is an answer. All others are faults of the program, and their stack traces are
   * what one needs to mend them.
   *
   * @param error the error
   * @return true if its message is for people
   */
  public static boolean include(Throwable error) {
    return error instanceof IllegalArgumentException
        || error instanceof IllegalStateException
        || error instanceof ManifestException
        || error instanceof EnvironmentException
        || error instanceof ApiError
        || error instanceof UncheckedIOException;
  }
}
