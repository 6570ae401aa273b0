package dev.hairpin.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioFileTest {
  private static final String WHOLE = """
      traffic:
        - {name: t, from: internet, to: service/a/b, connectionsPerSecond: 4.5}
      limits:
        podRequestsPerSecond: {a/b: 30}
      scenarios:
        - name: less
          changes:
            - scale: {name: a/b, replicas: 2}
            - loseZone: z
            - delete: {kind: Service, name: a/c}
            - trafficTimes: 2
      sweep:
        seeds: 3
        grid:
          - - {name: x}
            - {name: y, changes: [{loseNodes: 1}]}
          - - {name: 1}
            - {name: 2, changes: [{trafficTimes: 2}]}
      ...
      """;

  @Test
  void aFileSaysTrafficLimitsScenariosAndAGrid() {
    ScenarioFile file = ScenarioFile.parse(WHOLE, "f");

    assertThat(file.traffic())
        .containsExactly(Traffic.between("internet", "service/a/b").named("t").perSecond(4.5));
    assertThat(file.limits().podRequestsPerSecond()).isEqualTo(Map.of("a/b", 30.0));
    assertThat(file.scenarios())
        .containsExactly(new Scenario(
            "less",
            List.of(
                new Delta.Scale("Deployment", "a/b", 2),
                new Delta.LoseZone("z"),
                new Delta.Delete("Service", "a/c"),
                new Delta.TrafficTimes(2))));
    assertThat(file.sweepScenarios())
        .extracting(Scenario::name)
        .containsExactly("x, 1", "x, 2", "y, 1", "y, 2");
    assertThat(file.sweepScenarios().get(3).deltas())
        .containsExactly(new Delta.LoseNodes(1), new Delta.TrafficTimes(2));
    assertThat(file.seeds()).isEqualTo(3);
  }

  /** Half of it is often good YAML, so each cut must be told by the missing end. */
  @Test
  void aFileThatWasCutAnywhereIsRefused() {
    String text = WHOLE.stripTrailing();
    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> ScenarioFile.parse(cut, "f"))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .startsWith("f ends in the middle: its last line, ");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "traffic: [{from: a}]|f: traffic[0]: to: it is missing",
        "traffic: [{from: a, to: b, connectionsPerSecond: -3}]|f: traffic[0]: traffic \"a to b\":"
            + " connectionsPerSecond -3.0 is not a number from 0 on",
        "traffic: [{from: a, to: b, conectionsPerSecond: 3}]|f: traffic[0]: no field"
            + " \"conectionsPerSecond\"; did you mean \"connectionsPerSecond\"?",
        "traffic: 7|f: traffic: expected a list, but it is \"7\"",
        "limits: {podRequestsPerSecond: {a/b: 0}}|f: limits: capacity podRequestsPerSecond of a/b"
            + " is 0.0, but it must be positive",
        "limits: {coreDnsReplicas: two}|f: limits: coreDnsReplicas: expected a whole number, but it"
            + " is \"two\"",
        "scenarios: [{name: x, changes: [{loseZon: 1}]}]|f: scenarios[0]: changes[0]: no field"
            + " \"loseZon\"; did you mean \"loseZone\"?",
        "scenarios: [{name: x, changes: [{scale: {name: a/b}}]}]|f: scenarios[0]: changes[0]: scale:"
            + " replicas: it is missing",
        "scenarios: [{name: x, changes: [{loseNodes: -1}]}]|f: scenarios[0]: changes[0]: -1 nodes"
            + " cannot be lost",
        "[]|f: expected a mapping, but it is \"[]\"",
        "sweep: {grid: [[]]}|f: sweep: grid gives 0 scenarios, but a sweep has 1 to 1000000"
      })
  void nonsenseIsRefusedWithItsPlace(String yaml, String message) {
    assertThatThrownBy(() -> ScenarioFile.parse(yaml + "\n...\n", "f")).hasMessage(message);
  }

  @Test
  void whatIsNoYamlIsRefused() {
    assertThatThrownBy(() -> ScenarioFile.parse("a: [\n...\n", "f"))
        .hasMessage("f is no YAML: line 2, column 1: expected the node content, but found"
            + " '<document end>'");
    assertThatThrownBy(() -> ScenarioFile.parse("seeds: 1\nseeds: 2\n...\n", "f"))
        .message()
        .startsWith("f is no YAML: line ");
  }

  @Test
  void aFileThatSaysNothingHasNoTrafficAndNoScenarios() {
    ScenarioFile file = ScenarioFile.parse("# nothing yet\n\n...\n", "f");
    assertThat(file.traffic()).isEmpty();
    assertThat(file.scenarios()).isEmpty();
    assertThatThrownBy(() -> ScenarioFile.parse("", "f"))
        .message()
        .startsWith("f ends in the middle");
  }

  /** Cut, with octets changed or put in: it is read, or refused with a text, and nothing else. */
  @Property(tries = 2_000)
  void aDamagedFileIsReadOrRefusedButNothingElse(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = WHOLE.getBytes(StandardCharsets.UTF_8);
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    if (random.nextBoolean()) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      ScenarioFile.parse(text, "f").sweep(() -> Cluster.builder().kubeadm(1).build());
    } catch (IllegalArgumentException e) {
      assertThat(e).message().isNotBlank();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "connectionsPerSecond: .nan|connectionsPerSecond NaN is not a number from 0 on",
        "connectionsPerSecond: .inf|connectionsPerSecond Infinity is not a number from 0 on",
        "secondsPerConnection: -1|secondsPerConnection -1.0 is not a number from 0 on",
        "requestsPerConnection: 0.5|requestsPerConnection 0.5 is not a number from 1 on",
        "requestBytes: -1|requestBytes -1.0 is not a number from 0 on",
        "responseBytes: -.inf|responseBytes -Infinity is not a number from 0 on"
      })
  void trafficThatCannotBeIsRefusedWithItsPlace(String field, String problem) {
    assertThatThrownBy(
            () -> ScenarioFile.parse("traffic: [{from: a, to: b, " + field + "}]\n...\n", "f"))
        .hasMessage("f: traffic[0]: traffic \"a to b\": " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "coreDnsReplicas: 0|capacity coreDnsReplicas is 0.0, but it must be positive",
        "coreDnsQueriesPerSecond: 0|capacity coreDnsQueriesPerSecond is 0.0, but it must be positive",
        "coreDnsQueriesPerSecond: .nan|capacity coreDnsQueriesPerSecond is NaN, but it must be"
            + " positive",
        "nodeMonitorGraceSeconds: -5|capacity nodeMonitorGraceSeconds is -5.0, but it must be"
            + " positive",
        "conntrackEntries: -1|a conntrack table of -1 entries cannot be"
      })
  void capacitiesThatCannotBeAreRefusedWithTheirPlace(String field, String problem) {
    assertThatThrownBy(() -> ScenarioFile.parse("limits: {" + field + "}\n...\n", "f"))
        .hasMessage("f: limits: " + problem);
  }

  @Test
  void aSweepOfScenariosOrTrafficWithOneNameIsRefused() {
    ScenarioFile scenarios = ScenarioFile.parse("scenarios: [{name: x}, {name: x}]\n...\n", "f");
    assertThatThrownBy(() -> scenarios.sweep(() -> Cluster.builder().kubeadm(1).build()))
        .hasMessage("scenario \"x\" is there twice");
    ScenarioFile traffic = ScenarioFile.parse(
        "traffic: [{from: a, to: b}, {from: a, to: b}]\nscenarios: [{name: x}]\n...\n", "f");
    assertThatThrownBy(() -> traffic.sweep(() -> Cluster.builder().kubeadm(1).build()))
        .hasMessage("traffic \"a to b\" is there twice");
    assertThatThrownBy(() -> ScenarioFile.parse("sweep: {seeds: -2}\n...\n", "f")
            .sweep(() -> Cluster.builder().kubeadm(1).build()))
        .hasMessage("a sweep has at least one scenario");
    assertThatThrownBy(
            () -> ScenarioFile.parse("scenarios: [{name: x}]\nsweep: {seeds: -2}\n...\n", "f")
                .sweep(() -> Cluster.builder().kubeadm(1).build()))
        .hasMessage("a sweep with -2 seeds does nothing");
  }
}
