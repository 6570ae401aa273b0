package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hostile file is refused with its place, soon, and leaves the cluster as it was, also where its
 * first document is good.
 */
class HostileApplyTest {
  /** A second, and what a busy machine may need more. */
  private static final Duration SOON = Duration.ofSeconds(3);

  private static final String GOOD = """
      apiVersion: v1
      kind: Service
      metadata: {name: good, namespace: shop}
      spec: {ports: [{port: 80}]}
      ---
      """;

  private final Cluster cluster = Cluster.kubeadm();

  private static Arguments file(String name, String second, String place) {
    return file(name, (GOOD + second).getBytes(StandardCharsets.UTF_8), place);
  }

  private static Arguments file(String name, byte[] content, String place) {
    return Arguments.of(Named.of(name, content), place);
  }

  private static String service(String spec) {
    return "apiVersion: v1\nkind: Service\nmetadata: {name: bad, namespace: shop}\nspec:\n  " + spec
        + "\n";
  }

  private static byte[] junk() {
    byte[] junk = new byte[100_000];
    new SplittableRandom(1).nextBytes(junk);
    return junk;
  }

  static Stream<Arguments> files() {
    String line = "- [" + "*a,".repeat(19) + "*a]\n";
    return Stream.of(
        file("binary junk", junk(), "document 1, line 1: "),
        file(
            "50 MB of nested aliases",
            "- &a [" + "x,".repeat(26) + "x]\n" + line.repeat((50 << 20) / line.length()),
            "document 2, line \\d+: "),
        file("200-deep nesting", "a: " + "[".repeat(200), "document 2, line 6: .*nested deeper"),
        file(
            "a key that is there twice",
            service("type: NodePort\n  type: ClusterIP"),
            "document 2, line 11: spec: key \"type\" already set in map"),
        file(
            "a list for an object",
            service("ports: [80]"),
            "document 2, line 10: spec.ports\\[0\\]: .*expected an object, not the number 80"),
        file(
            "a text for a number",
            service("ports: [{port: http}]"),
            "document 2, line 10: spec.ports\\[0\\].port: .*expected an int32"),
        file(
            "port 70000",
            service("ports: [{port: 70000}]"),
            "document 2, line 10: spec.ports\\[0\\].port: .*Invalid value: 70000: must be between 1"
                + " and 65535, inclusive"),
        file(
            "an IPv6 zone",
            service("clusterIP: 'fe80::1%eth0'\n  ports: [{port: 80}]"),
            "document 2, line \\d+: spec.clusterIPs\\[0\\]: .*Invalid value: \"fe80::1%eth0\": must"
                + " be a valid IP address"),
        file("a NUL byte", service("clusterIP: \"a\u0000b\""), "document 2, line 10: "),
        file(
            "a NUL character that YAML may write",
            service("selector: {app: \"a\\0b\"}\n  ports: [{port: 80}]"),
            "document 2, line 10: spec.selector: .*Invalid value: \"a\\\\x00b\""));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aHostileFileIsRefusedWithItsPlaceAndChangesNothing(
      byte[] content, String place, @TempDir Path dir) throws IOException {
    Path file = Files.write(dir.resolve("evil.yaml"), content);
    long version = cluster.api().state().resourceVersion();
    Throwable thrown =
        assertTimeout(SOON, () -> catchThrowable(() -> cluster.apply(Manifests.load(file))));

    assertThat(thrown).isInstanceOf(ManifestException.class);
    assertThat(thrown.getMessage()).containsPattern("evil.yaml: " + place);
    assertThat(cluster.api().state().resourceVersion()).isEqualTo(version);
    assertThat(cluster.get("svc -n shop")).startsWith("No resources");
  }
}
