package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README shows is what the program prints. */
class ReadmeTest {
  private final String readme = read();

  private static String read() {
    try {
      return Files.readString(Path.of("../README.md"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String run(String... args) {
    StringWriter out = new StringWriter();
    HairpinCommand.commandLine().setOut(new PrintWriter(out)).execute(args);
    return out.toString();
  }

  @Test
  void theNamesChapterIsWhatDigPrints() {
    assertThat(readme).contains(run("dig", "--from", "pod/ui/ui", "catalog.catalog"));
  }

  @Test
  void thePlanBeginsAsLbPrintsIt() {
    String plan = run("lb", "--plan", "manifests/changes/ingress-group.yaml");

    assertThat(readme).contains(plan.lines().limit(2).reduce("", (a, b) -> a + b + "\n"));
  }

  @Test
  void theExcerptOfTheWayIsOfTheTour() throws IOException {
    String tour = Files.readString(Path.of("src/test/resources/golden/tour.txt"));
    List<String> shown = new ArrayList<>();
    for (String line : readme.split("\n", -1)) {
      if (line.startsWith("      nat ")) {
        shown.add(line);
      }
    }

    assertThat(shown).hasSize(2).allSatisfy(line -> assertThat(tour).contains(line));
  }
}
