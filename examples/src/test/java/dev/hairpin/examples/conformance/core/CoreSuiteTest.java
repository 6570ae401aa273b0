package dev.hairpin.examples.conformance.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CoreSuiteTest {
  private static final Path CASES = Path.of("src/test/resources/conformance/core");

  @TestFactory
  Stream<DynamicTest> hairpinDoesWhatKubernetesDid() throws IOException {
    CoreSuite suite = new CoreSuite();
    return suite.cases(CASES).stream()
        .map(path -> DynamicTest.dynamicTest(
            path.getFileName().toString(),
            () -> assertThat(suite.firstDifference(path)).isEmpty()));
  }
}
