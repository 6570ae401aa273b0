package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A document that points at a file of this project finds it, wherever the file was moved to. */
class DocumentLinksTest {
  private static final Path TOP = Path.of("..");

  /** A Markdown link without scheme: the file, and perhaps a chapter of it. */
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

  @Test
  void linksLeadToFiles() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        links++;
        if (!Files.exists(document.resolveSibling(link.group(1)))) {
          broken.add(document + " -> " + link.group(1));
        }
      }
    }

    assertThat(broken).isEmpty();
    assertThat(links).as("links that were looked at").isPositive();
  }

  private static List<Path> documents() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of(
        ".",
        ".github",
        "benchmarks",
        "benchmarks/results",
        "examples",
        "examples/guides",
        "examples/notebooks")) {
      try (Stream<Path> files = Files.list(TOP.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(found::add);
      }
    }
    return found;
  }
}
