package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
        .hasValue("scenario,metric,subject,value,unit,low,high,limit,how,remark");
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
            + " is no file of a sweep: line 1 does not begin with \"hairpin-sweep 1\"\n");
    assertThat(run("whatif", dir.resolve("none.yaml").toString()).err())
        .startsWith("hairpin: cannot read ");
    assertThat(List.of(run("whatif", "--rollout", "ui/u", STORE).err()))
        .containsExactly("hairpin: no Deployment \"ui/u\"; did you mean \"ui/ui\"?\n");
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

    assertThat(shown).hasSize(6).allSatisfy(line -> assertThat(printed).contains(line + "\n"));
  }
}
