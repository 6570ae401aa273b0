package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Difference;
import dev.hairpin.analysis.Difference.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a change does, as a comment on a pull request tells it. */
class DifferenceTest {
  @TempDir
  private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String shop(int replicas, String policy, int port) {
    return """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: %s
          selector: {app: web}
          ports: [{port: 80, targetPort: %d, nodePort: 30080}]
        """.formatted(replicas, policy, port);
  }

  private record Ran(int code, String out, String err) {}

  private static Ran hairpin(Object... args) {
    CommandLine command = HairpinCommand.commandLine();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code =
        command.execute(java.util.Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void localPolicyTakesNodePortsAwayAndKeepsTheClientsAddress() throws IOException {
    Ran ran = hairpin(
        "diff",
        file("before.yaml", shop(2, "Cluster", 8080)),
        file("after.yaml", shop(2, "Local", 8080)));

    assertThat(ran.code).isEqualTo(1);
    Golden.assertEqualsFile(ran.out, "diff-local.md");
  }

  @Test
  void moreReplicasMoveSharesAndTakeNothingAway() throws IOException {
    Ran ran = hairpin(
        "diff",
        file("before.yaml", shop(1, "Cluster", 8080)),
        file("after.yaml", shop(3, "Cluster", 8080)));

    assertThat(ran.code).isZero();
    Golden.assertEqualsFile(ran.out, "diff-replicas.md");
  }

  @Test
  void aWrongTargetPortIsTheEndOfEveryWay() throws IOException {
    Ran ran = hairpin(
        "diff",
        file("before.yaml", shop(2, "Cluster", 8080)),
        file("after.yaml", shop(2, "Cluster", 8081)));

    assertThat(ran.code).isEqualTo(1);
    assertThat(ran.out).contains("### Can no longer reach", "CONNECTION_REFUSED");
  }

  @Test
  void aDeletedServiceIsToldAsLost() throws IOException {
    String before = shop(2, "Cluster", 8080);
    Ran ran = hairpin(
        "diff",
        file("before.yaml", before),
        file("after.yaml", before.substring(0, before.lastIndexOf("---"))));

    assertThat(ran.code).isEqualTo(1);
    assertThat(ran.out).contains("the way is gone");
  }

  @Test
  void nothingChangesFromOneKubeProxyVersionToTheNextForAnOrdinaryService() throws IOException {
    Path manifests = file("shop.yaml", shop(2, "Cluster", 8080));

    Ran ran =
        hairpin("diff", manifests, manifests, "--kube-proxy", "1.30", "--kube-proxy-after", "1.36");

    assertThat(ran)
        .isEqualTo(
            new Ran(0, "**Service networking: no change** of who reaches what, and how.\n", ""));
  }

  @Test
  void aLoadBalancerThatIsReplacedIsToldWithBothNames() {
    Cluster before = Clusters.store();
    Cluster after = before.fork();
    after.delete("Service", "ui/ui-nlb");

    Difference difference = before.diff(after);

    assertThat(difference.isWorse()).isTrue();
    assertThat(difference.changes().stream()
            .filter(c -> c.kind() == Kind.BALANCER_REPLACED)
            .toList())
        .singleElement()
        .satisfies(change -> {
          assertThat(change.from()).isEqualTo("Service ui/ui-nlb");
          assertThat(change.before()).startsWith("k8s-ui-uinlb-");
          assertThat(change.after()).isEqualTo("none");
        });
  }

  @Test
  void aForkWithoutAChangeDiffersInNothing() {
    Cluster store = Clusters.store();

    assertThat(store.diff(store.fork()).changes()).isEmpty();
  }

  @Test
  void inputThatMakesNoSenseIsRefusedInALine() throws IOException {
    Path good = file("good.yaml", shop(1, "Cluster", 8080));
    Path bad = file("bad.yaml", shop(1, "Sometimes", 8080));

    Ran refused = hairpin("diff", good, bad);
    assertThat(refused.code).isEqualTo(2);
    assertThat(refused.err).contains("externalTrafficPolicy", "\"Sometimes\"");
    Ran missing = hairpin("diff", good, folder.resolve("none.yaml"));
    assertThat(missing.code).isEqualTo(2);
    assertThat(missing.err).contains("AFTER: there is no file or folder ");
    Ran version = hairpin("diff", good, good, "--kube-proxy-after", "1.99");
    assertThat(version.code).isEqualTo(2);
    assertThat(version.err)
        .contains("--kube-proxy-after: \"1.99\" is not modelled; it is 1.30 or 1.36");
    Ran threshold = hairpin("diff", good, good, "--moved", "7");
    assertThat(threshold.code).isEqualTo(2);
    assertThat(threshold.err).isEqualTo("hairpin: a threshold of 7.0 is not within 0-1\n");
    Ran service = hairpin("reach", "--cluster", good, "shop/wbe");
    assertThat(service.code).isEqualTo(2);
    assertThat(service.err)
        .isEqualTo("hairpin: no Service \"shop/wbe\"; did you mean \"shop/web\"?\n");
  }

  @Test
  void theMatrixOfManifestsIsPrintedInEachFormat() throws IOException {
    Path good = file("good.yaml", shop(2, "Local", 8080));

    assertThat(hairpin("reach", "--cluster", good, "shop/web").out).startsWith("shop/web  80/TCP");
    assertThat(hairpin("reach", "--cluster", good, "--format", "CSV").out)
        .startsWith("source,service,port,path,at,arriving,lost because\n");
    assertThat(hairpin("reach", "--cluster", good, "--format", "SVG").out).startsWith("<svg ");
  }

  @Test
  void theGuideShowsWhatTheProgramPrints() throws IOException {
    String guide = Files.readString(Path.of("REACH-AND-DIFF.md"));

    assertThat(guide)
        .contains(Files.readString(Path.of("src/test/resources/golden/reach-store.txt")))
        .contains(Files.readString(Path.of("src/test/resources/golden/diff-local.md")));
  }

  @Test
  void aThresholdDecidesWhichMovesAreTold() {
    assertThatThrownBy(() -> Clusters.eks().diff(Clusters.eks(), Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a threshold of NaN is not within 0-1");
    assertThat(List.of(Kind.values()).stream().filter(Kind::isWorse))
        .containsExactly(Kind.LOST, Kind.LOSES_MORE, Kind.BALANCER_REPLACED);
  }
}
