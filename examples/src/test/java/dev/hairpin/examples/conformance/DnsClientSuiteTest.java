package dev.hairpin.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.examples.conformance.dnsclient.DnsClientSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The resolver libraries ask what the real ones asked. */
class DnsClientSuiteTest {
  private static final Path CASES = Path.of("src/test/resources/conformance/dns/client");

  @TestFactory
  Stream<DynamicTest> everyRecordedRunIsRepeated() throws IOException {
    DnsClientSuite suite = new DnsClientSuite();
    return suite.cases(CASES).stream()
        .map(path -> DynamicTest.dynamicTest(
            path.getFileName().toString(),
            () -> assertThat(suite.firstDifference(path)).isEmpty()));
  }

  @Test
  void anotherOrderOfQuestionsIsADifference(@TempDir Path dir) throws IOException {
    String run = """
        [{"client": "glibc-2.36 AF_INET", "name": "ui", "resolv": "nameserver 10.96.0.10\\n",
          "result": "10.96.1.1", "elapsedMs": 3,
          "queries": [{"ms": 0.0, "name": "ui.svc.", "type": "A", "to": "10.96.0.10",
                       "proto": "udp", "srcPort": 4711, "edns": null, "ad": false}],
          "replies": [{"ms": 0.4, "name": "ui.svc.", "type": "A", "rcode": "NOERROR",
                       "answers": 1}]}]
        """;
    Files.writeString(dir.resolve("sequences.json"), run);

    DnsClientSuite suite = new DnsClientSuite();
    assertThat(suite.firstDifference(suite.cases(dir).get(0)))
        .hasValue("question 1: recorded ui.svc. A to 10.96.0.10 by udp,"
            + " ours ui. A to 10.96.0.10 by udp");
  }
}
