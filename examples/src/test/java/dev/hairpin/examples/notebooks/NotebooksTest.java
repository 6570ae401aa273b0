package dev.hairpin.examples.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hairpin.examples.console.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The notebooks are executed by Jupyter, their twins by JShell, and both give the results that are
 * kept. Without {@code jupyter-nbconvert} the former is skipped, unless
 * {@code HAIRPIN_NOTEBOOK_TESTS=required}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NotebooksTest {
  private static final boolean REWRITE = Boolean.getBoolean("hairpin.golden.rewrite");
  private static final Path NBCONVERT = Path.of("/usr/bin/jupyter-nbconvert");

  private static Path file(String name, String ending) {
    return Path.of("notebooks", name + ending);
  }

  private static Notebook kept(String name) throws IOException {
    return new Notebook(Files.readString(file(name, ".ipynb")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"workshop", "capacity"})
  @Order(1)
  void jupyterGivesTheResultsThatAreKept(String name, @TempDir Path folder)
      throws IOException, InterruptedException {
    if ("required".equals(System.getenv("HAIRPIN_NOTEBOOK_TESTS"))) {
      assertThat(NBCONVERT).as("nbconvert, which is required here").isExecutable();
    }
    assumeThat(NBCONVERT).as("nbconvert is not installed").isExecutable();

    Path executed = execute(file(name, ".ipynb"), folder);

    if (REWRITE) {
      Files.copy(executed, file(name, ".ipynb"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(new Notebook(Files.readString(executed)).outputs())
        .isEqualTo(kept(name).outputs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"workshop", "capacity"})
  @Order(2)
  void theTwinHasTheSameCellsAndPrintsTheSameResults(String name) throws IOException {
    String twin = kept(name).toJsh();
    if (REWRITE) {
      Files.writeString(file(name, ".jsh"), twin);
    }
    assertThat(Files.readString(file(name, ".jsh"))).isEqualTo(twin);

    try (Shell shell = new Shell()) {
      assertThat(shell.run(twin)).isEqualTo(kept(name).printed());
    }
  }

  private static Path execute(Path notebook, Path folder) throws IOException, InterruptedException {
    Path kernel = Files.createDirectories(folder.resolve("kernels/java"));
    Files.writeString(
        kernel.resolve("kernel.json"),
        Notebook.json(Map.of(
            "argv",
            java.util.List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.language=en",
                "-Duser.timezone=UTC",
                "-cp",
                Shell.classPath(),
                NotebookKernel.class.getName(),
                "{connection_file}"),
            "display_name",
            "Java",
            "language",
            "java")));
    Path log = folder.resolve("log.txt");
    ProcessBuilder nbconvert = new ProcessBuilder(
            NBCONVERT.toString(),
            "--to",
            "notebook",
            "--execute",
            "--ExecutePreprocessor.timeout=120",
            "--ExecutePreprocessor.record_timing=False",
            "--output-dir",
            folder.toString(),
            notebook.toString())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile());
    nbconvert.environment().put("JUPYTER_PATH", folder.toString());
    nbconvert.environment().put("HOME", folder.toString());
    Process process = nbconvert.start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended && process.exitValue() == 0)
        .as(() -> "nbconvert ended well: " + read(log))
        .isTrue();
    return folder.resolve(notebook.getFileName());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
