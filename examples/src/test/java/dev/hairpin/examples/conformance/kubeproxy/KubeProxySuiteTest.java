package dev.hairpin.examples.conformance.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every recording of kube-proxy v1.30.5 and v1.36.3 that is kept with the sources. */
class KubeProxySuiteTest {
  private static final Path CASES = Path.of("src/test/resources/conformance/kube-proxy");

  private final KubeProxySuite suite = new KubeProxySuite();

  @TestFactory
  Stream<DynamicTest> syncsAsTheRealProxyDid() throws IOException {
    return suite.cases(CASES).stream()
        .map(path -> DynamicTest.dynamicTest(
            path.getFileName().toString(),
            () -> assertThat(suite.firstDifference(path)).isEmpty()));
  }

  @Test
  void theRecordingsAreThere() throws IOException {
    assertThat(suite.cases(CASES)).hasSize(67);
  }
}
