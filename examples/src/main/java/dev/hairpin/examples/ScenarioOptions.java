package dev.hairpin.examples;

import dev.hairpin.whatif.ScenarioFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Which traffic, capacities and scenarios. */
final class ScenarioOptions {
  @Parameters(
      paramLabel = "FILE",
      description = "a scenario file; the store's if it is not given",
      arity = "0..1")
  private @Nullable Path file;

  ScenarioFile read() {
    return file == null ? ScenarioFiles.ofStore() : ScenarioFiles.read(file);
  }
}
