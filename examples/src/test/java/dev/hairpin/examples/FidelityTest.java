package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.examples.conformance.Suite;
import dev.hairpin.examples.conformance.Suites;
import dev.hairpin.render.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page on fidelity counts the recordings that are there. */
class FidelityTest {
  private static final Path PAGE = Path.of("guides/fidelity.md");
  private static final Path CASES = Path.of("src/test/resources/conformance");

  private static final Map<String, String> ORIGINALS = Map.of(
      "core", "API server, controllers, kubelet and kubectl printers v1.36.3",
      "kube-proxy", "kube-proxy v1.30.5 and v1.36.3 with iptables 1.8.9, byte for byte",
      "packet-fate", "Linux 6.18 with those rules loaded, real TCP and UDP between namespaces",
      "dns", "CoreDNS 1.11.3 and 1.13.1",
      "dns-client", "glibc 2.36, musl 1.2.3, Go, JDK 17 and 25, Node 20",
      "aws-lb", "AWS Load Balancer Controller 2.8.2");

  @Test
  void thePageIsWhatTheRecordingsAre() throws IOException {
    TextTable table = TextTable.of("kind", "the real program", "recordings");
    for (String kind : Suites.KINDS) {
      Suite suite = Suites.ofKind(kind).orElseThrow();
      Path folder = CASES.resolve(kind.equals("dns-client") ? "dns" : kind);
      int count = suite.cases(folder).size();
      assertThat(count).as(kind).isPositive();
      table.row(kind, ORIGINALS.getOrDefault(kind, ""), Integer.toString(count));
    }
    String page = """
        # How fidelity is checked

        Recordings of the real programs, made on our own manifests, lie in `examples/src/test/resources/conformance`. Every build replays all of them, and passes only
        if Hairpin gives what was recorded: texts byte for byte, answers with their flags and lifetimes, stacks and targets, and where each packet ended and what its ends saw.

        """ + table.toMarkdown() + """

        `java -jar examples/target/hairpin.jar conformance KIND DIR` replays a folder of your own. What is held besides:

        - Rules that Hairpin prints for random clusters, some 350 of them in every build, are loaded by the real `iptables-restore` into network namespaces, real packets are sent, and their fates are compared with the
          walker's: who was reached and how often, the source that was seen, how it was refused, the entries of conntrack. This needs root on Linux, and is required where the project is checked.
        - The compiled program of the fast path is held equal to the walker on random rules, as exact distributions.
        - Exact shares are held equal to samples, and both to the published laws and figures.
        - CoreDNS's messages are read and written by dnsjava, as a second opinion.

        What is left out is listed in [what is not modelled](limits.md).
        """;
    if (Boolean.getBoolean("hairpin.golden.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }
}
