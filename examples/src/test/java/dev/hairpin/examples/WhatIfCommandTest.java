package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code hairpin whatif} and {@code hairpin sweep} print. */
class WhatIfCommandTest {
  private static final String STORE = "manifests/whatif/store.yaml";

  @TempDir
  Path dir;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = HairpinCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void theStoresScenariosAsPeopleReadThem() {
    Ran ran = run("whatif", STORE);

    Golden.assertEqualsFile(ran.out(), "whatif.txt");
    assertThat(ran.code()).as("something is over its limit").isEqualTo(1);
    assertThat(run("whatif").out()).as("the store's file is the one without").isEqualTo(ran.out());
  }

  @Test
  void theOtherFormatsHoldTheSameFigures() throws IOException {
    String csv = run("whatif", "--format", "CSV", STORE).out();
    String json = run("whatif", "--format", "JSON", STORE).out();
    Path chart = dir.resolve("chart.svg");
    Ran html = run("whatif", "--format", "HTML", "--chart", "CONNTRACK=" + chart, STORE);

    assertThat(csv.lines().findFirst())
        .hasValue("scenario,metric,subject,group,value,unit,low,high,limit,how,remark");
    assertThat(csv).contains("3 front ends,zone requests,us-west-2a,");
    assertThat(json).contains("\"scenario\": \"3 front ends\"");
    assertThat(html.out()).startsWith("<!doctype html>").contains("<svg", "worst conntrack");
    Golden.assertEqualsFile(Files.readString(chart), "whatif-conntrack.svg");
  }

  @Test
  void aSweepOfTheStoreAsPeopleReadIt() {
    Golden.assertEqualsFile(run("sweep", STORE).out(), "sweep.txt");
  }

  @Test
  void shardsThatAreMergedAreTheWhole() {
    Path one = dir.resolve("1.sweep");
    Path two = dir.resolve("2.sweep");
    String whole = run("sweep", "--csv", STORE).out();
    Ran first = run("sweep", "--shard", "1/2", "--keep", one.toString(), STORE);
    run("sweep", "--shard", "2/2", "--keep", two.toString(), "--threads", "1", STORE);

    assertThat(first.out()).startsWith("10 of 20 cells, sweep ");
    assertThat(run("sweep", "--csv", "--merge", two.toString(), "--merge", one.toString(), STORE)
            .out())
        .isEqualTo(whole);
  }

  @Test
  void aSweepIsResumedFromHalfOfItsFile() throws IOException {
    Path file = dir.resolve("half.sweep");
    String whole = run("sweep", "--csv", "--keep", file.toString(), STORE).out();
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    Ran again = run("sweep", "--csv", "--progress", "--keep", file.toString(), STORE);

    assertThat(again.out()).isEqualTo(whole);
    assertThat(again.err().lines().findFirst().orElseThrow())
        .as("what was found is not done again")
        .matches("(9|10) of 20");
  }

  @Test
  void nonsenseIsAnsweredInOneLine() throws IOException {
    String text = Files.readString(Path.of(STORE));
    Path half = Files.writeString(dir.resolve("half.yaml"), text.substring(0, text.length() / 2));
    Path typo =
        Files.writeString(dir.resolve("typo.yaml"), text.replace("us-west-2a", "us-west-2q"));

    Ran cut = run("whatif", half.toString());
    assertThat(cut.code()).isEqualTo(2);
    assertThat(cut.err())
        .isEqualTo("hairpin: " + half
            + " ends in the middle: its last line, 23, is not the document" + " end \"...\"\n");
    assertThat(run("whatif", typo.toString()).err())
        .isEqualTo("hairpin: no zone \"us-west-2q\"; did you mean \"us-west-2a\"?\n");
    assertThat(run("sweep", "--shard", "5/4", STORE).err())
        .isEqualTo("hairpin: shard 5/4 does not exist; shards count from 1/4\n");
    assertThat(run("sweep", "--keep", half.toString(), STORE).err())
        .isEqualTo("hairpin: " + half
            + " is no file of a sweep: line 1 does not begin with \"hairpin-sweep 2\"\n");
    assertThat(run("whatif", dir.resolve("none.yaml").toString()).err())
        .startsWith("hairpin: cannot read ");
    assertThat(List.of(run("whatif", "--rollout", "ui/u", STORE).err()))
        .containsExactly("hairpin: no Deployment \"ui/u\"; did you mean \"ui/ui\"?\n");
  }

  private String refused(String yaml, String... args) throws IOException {
    Path file = Files.writeString(dir.resolve("bad.yaml"), yaml + "\n...\n");
    List<String> all = new ArrayList<>(List.of(args));
    all.add(file.toString());
    Ran ran = run(all.toArray(String[]::new));
    assertThat(ran.code()).as(ran.toString()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    return ran.err().replace(file.toString(), "FILE");
  }

  @Test
  void negativeRatesAndZeroCapacitiesAreRefusedByEachCommand() throws IOException {
    String rate = "traffic: [{from: ui/ui, to: 'http://catalog.catalog',"
        + " connectionsPerSecond: -1}]\nscenarios: [{name: x}]";
    String capacity = "limits: {podRequestsPerSecond: {ui/ui: 0}}\nscenarios: [{name: x}]";
    for (String command : List.of("whatif", "sweep")) {
      assertThat(refused(rate, command))
          .isEqualTo("hairpin: FILE: traffic[0]: traffic \"ui/ui to http://catalog.catalog\":"
              + " connectionsPerSecond -1.0 is not a number from 0 on\n");
      assertThat(refused(rate.replace("-1", ".nan"), command))
          .contains("connectionsPerSecond NaN is not a number from 0 on");
      assertThat(refused(capacity, command))
          .isEqualTo("hairpin: FILE: limits: capacity podRequestsPerSecond of ui/ui is 0.0, but it"
              + " must be positive\n");
      assertThat(refused(capacity.replace("ui/ui: 0", "ui/uu: 10"), command))
          .startsWith("hairpin: no workload \"ui/uu\"; did you mean \"ui/ui\"?");
      assertThat(refused("scenarios: [{name: x}, {name: x}]", command))
          .isEqualTo("hairpin: scenario \"x\" is there twice\n");
      assertThat(refused("scenarios: [{name: x, changes: [{loseNodes: 9}]}]", command))
          .isEqualTo("hairpin: 9 nodes cannot be lost, there are 3\n");
    }
    assertThat(refused(rate.replace("-1", "0"), "whatif", "--simulate", "10"))
        .isEqualTo("hairpin: no traffic with a rate above 0, so nothing is simulated\n");
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    Path nowhere = dir.resolve("none").resolve("chart.svg");
    assertThat(run("whatif", "--simulate", "0", STORE).err())
        .isEqualTo("hairpin: 0 connections show nothing\n");
    assertThat(run("whatif", "--simulate", "-3", STORE).err())
        .isEqualTo("hairpin: -3 connections show nothing\n");
    assertThat(run("whatif", "--simulate", "many", STORE).err())
        .startsWith("Invalid value for option '--simulate': 'many' is not a long");
    assertThat(run("whatif", "--rollout", "ui/ui", "--simulate", "3", STORE).err())
        .startsWith("--rollout and --simulate are two questions; ask one of them");
    assertThat(run("whatif", "--chart", "CONTRACK=x.svg", STORE).err())
        .startsWith("--chart: \"CONTRACK=x.svg\" is not METRIC=FILE; metrics are LOST, ");
    assertThat(run("whatif", "--chart", "CONNTRACK=", STORE).err())
        .startsWith("--chart: \"CONNTRACK=\" is not METRIC=FILE; metrics are LOST, ");
    Ran chart = run("whatif", "--chart", "CONNTRACK=" + nowhere, STORE);
    assertThat(chart.code()).isEqualTo(2);
    assertThat(chart.err()).isEqualTo("hairpin: --chart: cannot write " + nowhere + "\n");
    assertThat(run("sweep", "--threads", "0", STORE).err())
        .isEqualTo("hairpin: 0 threads get nothing done\n");
    assertThat(run("sweep", "--shard", "half", STORE).err())
        .startsWith("--shard: \"half\" is not I/N, such as 1/4");
    assertThat(run("sweep", "--metric", "SPEED", STORE).err())
        .startsWith("Invalid value for option '--metric'");
    assertThat(run("shares", "--from", "", "--to", "http://ui.ui").err())
        .as("nothing is near to no name")
        .matches("hairpin: no pod \"\"; there are [0-9]+\n");
    Ran keep = run("sweep", "--keep", dir.toString(), STORE);
    assertThat(keep.code()).isEqualTo(2);
    assertThat(keep.err()).startsWith("hairpin: cannot keep the sweep in " + dir);
    assertThat(run("sweep", "--cluster", "nowhere", STORE).err())
        .startsWith("--cluster: there is no file or folder nowhere");
    assertThat(
            run("sweep", "--merge", dir.resolve("none.sweep").toString(), STORE).err())
        .startsWith("hairpin: cannot read ");
    String to = "service/ui/ui-nlb";
    assertThat(run("shares", "--from", "internet", "--to", to, "--connections", "0")
            .err())
        .isEqualTo("hairpin: 0 connections are not within 1-100000000\n");
    assertThat(run("shares", "--from", "internet", "--to", to, "--connections", "1e3")
            .err())
        .startsWith("Invalid value for option '--connections': '1e3' is not a long");
    assertThat(run("shares", "--from", "pod/ui/nobody", "--to", to).code()).isEqualTo(2);
    assertThat(run("shares", "--from", "internet", "--to", "service/ui/ui-nbl").err())
        .isEqualTo("hairpin: no Service \"ui/ui-nbl\"; did you mean \"ui/ui-nlb\"?\n");
  }

  /** The cluster's manifests change between the start of a sweep and its resumption. */
  @Test
  void aSweepIsNotResumedOnOtherManifests() throws IOException {
    Path manifests = Files.createDirectory(dir.resolve("cluster"));
    String web = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        """;
    Files.writeString(manifests.resolve("web.yaml"), web);
    Path file = Files.writeString(
        dir.resolve("s.yaml"),
        "scenarios: [{name: x}, {name: y, changes: [{loseNodes: 1}]}]\n...\n");
    Path kept = dir.resolve("kept.sweep");
    String[] sweep = {
      "sweep", "--cluster", manifests.toString(), "--keep", kept.toString(), file.toString()
    };
    assertThat(run(sweep).out()).startsWith("2 of 2 cells, sweep ");
    byte[] before = Files.readAllBytes(kept);
    Files.writeString(manifests.resolve("web.yaml"), web.replace("replicas: 2", "replicas: 3"));
    Ran again = run(sweep);

    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err())
        .startsWith("hairpin: " + kept + " is of another base cluster, or it has changed: it has ");
    assertThat(Files.readAllBytes(kept)).isEqualTo(before);
    Files.writeString(manifests.resolve("web.yaml"), web);
    assertThat(run(sweep).out()).startsWith("2 of 2 cells, sweep ");
  }

  @Test
  void sharesTellWhatFewConnectionsMakeOfThem() {
    Ran ran =
        run("shares", "--from", "internet", "--to", "service/ui/ui-nlb", "--connections", "10");

    assertThat(ran.out())
        .contains("10 connections: the busiest of 1 endpoints gets 10.00 on average")
        .endsWith("every endpoint was met after 1.0 connections on average\n");
  }

  @Test
  void aRolloutTellsItsPriceAndTheHookThatSavesIt() {
    Ran ran = run("whatif", "--rollout", "ui/ui", "manifests/whatif/rollout.yaml");

    Golden.assertEqualsFile(ran.out(), "rollout.txt");
    assertThat(ran.code()).isEqualTo(1);
  }

  @Test
  void theReadmeShowsLinesThatArePrinted() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    String printed = Files.readString(Path.of("src/test/resources/golden/whatif.txt"))
        + Files.readString(Path.of("src/test/resources/golden/rollout.txt"));
    List<String> shown = readme
        .lines()
        .filter(
            line -> line.matches("(worst|lost until|pod requests|conntrack,|lost  |smallest).*"))
        .toList();

    assertThat(shown).hasSize(7).allSatisfy(line -> assertThat(printed).contains(line + "\n"));
  }
}
