package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.lint.Findings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LintTest {
  private final StringWriter out = new StringWriter();

  private int run(String... args) {
    CommandLine line = HairpinCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    return line.execute(args);
  }

  @Test
  void theRetailStoreGivesNoFalseAlarm() {
    assertThat(Clusters.store().lint()).hasToString("nothing found\n");
  }

  @Test
  void theStoreWithItsChangesGivesNoFalseAlarm() {
    Cluster store = Clusters.store();
    for (String change : new String[] {"ingress-group.yaml", "nlb-ip-mode.yaml"}) {
      store.apply(Store.change(change));
      store.advance(java.time.Duration.ofMinutes(5));
    }

    assertThat(store.lint()).hasToString("nothing found\n");
  }

  @Test
  void theCommandSaysWhatIsWrongAndEndsWithOne(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("shop.yaml");
    Files.writeString(file, """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: wbe}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec: {containers: [{name: c, image: example, ports: [{containerPort: 8080}]}]}
        """);

    assertThat(run("lint", file.toString())).isEqualTo(1);
    assertThat(out).hasToString("""
        ERROR   service default/web spec.selector  SELECTOR_MATCHES_NOTHING
                no pod of namespace default has the labels app=wbe
                fix: correct the selector or the pods' labels
                did you mean: app=web
                see: incident svc-01-selector-typo
        1 error, 0 warning, 0 info
        """);
  }

  @Test
  void whatIsNotBadEnoughEndsWithZero(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("shop.yaml");
    Files.writeString(file, """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {ports: [{port: 80}]}
        """);

    assertThat(run("lint", file.toString())).isZero();
    assertThat(run("lint", "--fail-on", "info", file.toString())).isEqualTo(1);
    assertThat(run("lint", "--fail-on", "fatal", file.toString())).isEqualTo(2);
    assertThat(run("lint", dir.resolve("no.yaml").toString())).isEqualTo(2);
  }

  @Test
  void anIncidentAsksBeforeItAnswers() {
    assertThat(run("incident", "env-05")).isZero();
    assertThat(out.toString()).startsWith("""
            env-05-headless-and-externalname
            No variables for headless or ExternalName Services   (Environment variables)

            Predict: of the Services db (headless), ext (ExternalName) and web, which give variables?

            """).contains("  ok  prefixes: [KUBERNETES, WEB]\n");
  }

  @Test
  void anUnknownIncidentIsAnsweredWithThoseThatAreNear() {
    assertThat(run("incident", "hairpin")).isEqualTo(2);
    assertThat(out.toString()).contains("there are [svc-14-hairpin, lb-04-nlb-hairpin]");
  }

  @Test
  void theListOfIncidentsHasThemAll() {
    assertThat(run("incidents")).isZero();
    assertThat(out.toString())
        .contains("ClusterIP, endpoints, kube-proxy\n")
        .contains("89 incidents can be played, 3 cannot\n");
  }

  @Test
  void explainAnswersForConnectionsNamesObjectsAndVariables() {
    assertThat(run("explain", "--from", "ui/ui", "--name", "catalog")).isEqualTo(1);
    assertThat(out.toString())
        .contains("NAME_OF_OTHER_NAMESPACE")
        .contains("did you mean: catalog.catalog");
    assertThat(run("explain", "--from", "ui/ui", "--to", "http://catalog.catalog:81"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("PORT_NOT_IN_SERVICE");
    assertThat(run("explain", "service/ui/ui-nlb")).isZero();
    assertThat(run("explain", "--from", "ui/ui", "--env", "UI_SERVICE_HOST")).isZero();
    assertThat(run("explain", "--from", "ui/ui")).isEqualTo(2);
  }

  @Test
  void theWorstComesFirst() {
    Cluster cluster = Clusters.eks();
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: b}
        spec: {selector: {app: b}, ports: [{port: 80}]}
        """);
    Findings findings = cluster.lint();

    assertThat(findings.codes())
        .containsExactly("SELECTOR_MATCHES_NOTHING", "SERVICE_WITHOUT_SELECTOR");
  }
}
