package dev.hairpin.examples.conformance.awslb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every recording of the AWS Load Balancer Controller v2.8.2 that is kept with the sources. */
class AwsLbSuiteTest {
  private static final Path CASES = Path.of("src/test/resources/conformance/aws-lb");

  private final AwsLbSuite suite = new AwsLbSuite();

  @TestFactory
  Stream<DynamicTest> decidesAsTheRealControllerDid() throws IOException {
    return suite.cases(CASES).stream()
        .map(path -> DynamicTest.dynamicTest(
            path.getFileName().toString(),
            () -> assertThat(suite.firstDifference(path)).isEmpty()));
  }

  @Test
  void theRecordingsAreThere() throws IOException {
    List<Path> cases = suite.cases(CASES);

    assertThat(cases).hasSize(85);
  }
}
