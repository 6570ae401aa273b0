package dev.hairpin.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.examples.conformance.dns.DnsSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** CoreDNS answers as the real one answered, in both versions. */
class DnsSuiteTest {
  private static final Path CASES = Path.of("src/test/resources/conformance/dns/scenarios");

  @TestFactory
  Stream<DynamicTest> everyRecordedQuestionGetsTheRecordedAnswer() throws IOException {
    DnsSuite suite = new DnsSuite();
    return suite.cases(CASES).stream()
        .map(path -> DynamicTest.dynamicTest(
            path.getFileName().toString(),
            () -> assertThat(suite.firstDifference(path)).isEmpty()));
  }

  @Test
  void anotherSizeIsADifference(@TempDir Path dir) throws IOException {
    Path recorded = CASES.resolve("42-bind");
    for (String name : new String[] {"Corefile", "cluster.yaml", "queries.json", "wire.jsonl"}) {
      Files.copy(recorded.resolve(name), dir.resolve(name));
    }
    Files.copy(recorded.resolve("upstream-5301.json"), dir.resolve("upstream-5301.json"));
    String expected = Files.readString(recorded.resolve("expected.json"));
    Files.writeString(
        dir.resolve("expected.json"), expected.replaceFirst("\"size\": \\d+", "\"size\": 9"));

    assertThat(new DnsSuite().firstDifference(dir))
        .hasValueSatisfying(d -> assertThat(d).endsWith("recorded is 9"));
  }
}
