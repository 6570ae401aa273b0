package dev.hairpin.examples;

import dev.hairpin.whatif.ScenarioFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Scenario files: those of one's own, and the store's that comes with the program. */
public final class ScenarioFiles {
  private static final String STORE = "/manifests/whatif/store.yaml";

  private ScenarioFiles() {}

  /**
   * The scenarios of the retail store.
   *
   * @return the file
   */
  public static ScenarioFile ofStore() {
    try (InputStream in =
        Objects.requireNonNull(ScenarioFiles.class.getResourceAsStream(STORE), STORE)) {
      return ScenarioFile.parse(
          new String(in.readAllBytes(), StandardCharsets.UTF_8), "whatif/store.yaml");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + STORE + " of the program itself", e);
    }
  }

  static ScenarioFile read(Path file) {
    try {
      return ScenarioFile.parse(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
