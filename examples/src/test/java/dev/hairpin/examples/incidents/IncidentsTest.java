package dev.hairpin.examples.incidents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.path.trace.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class IncidentsTest {

  @TestFactory
  Stream<DynamicTest> everyIncidentComesOutAsItDidInRealLife() {
    return Incidents.all().stream()
        .map(incident -> DynamicTest.dynamicTest(incident.id(), () -> {
          Played played = incident.play();

          assertThat(played.checks()).isNotEmpty();
          assertThat(played.checks())
              .as("%s", played)
              .allSatisfy(
                  check -> assertThat(check.holds()).as(check.toString()).isTrue());
        }));
  }

  @Test
  void allNinetyTwoAreKnownAndEachOnce() {
    Set<String> ids = new HashSet<>();
    Incidents.all().forEach(i -> ids.add(i.id()));
    Unplayed.all().forEach(u -> ids.add(u.id()));

    assertThat(ids).hasSize(92).hasSize(Incidents.all().size() + Unplayed.all().size());
  }

  @Test
  void theGuideSaysWhyTheOthersAreNotPlayed() throws IOException {
    String guide = Files.readString(Path.of("CAPACITY.md"));

    assertThat(Unplayed.all())
        .hasSize(3)
        .allSatisfy(u -> assertThat(guide)
            .contains("- `" + u.id() + "`: " + u.title() + " - " + u.why() + ".\n"));
  }

  @Test
  void theOnesThatAreNamedFirstAreAllPlayed() {
    List<String> first = List.of(
        "env-01-service-after-pod",
        "env-03-name-clash",
        "alloc-01-nodeport-taken",
        "svc-01-selector-typo",
        "svc-03-named-port",
        "svc-06-random-skew",
        "svc-08-long-lived",
        "svc-10-udp-stale-entry",
        "svc-14-hairpin",
        "svc-19-etp-local-blackhole",
        "svc-20-etp-local-imbalance",
        "svc-23-source-ip-lost",
        "ct-01-table-full",
        "dns-01-ndots",
        "dns-06-negative-cache",
        "lb-01-subnet-tags",
        "lb-03-instance-mode-all-nodes",
        "lb-04-nlb-hairpin",
        "lb-10-rollout-502",
        "lb-14-ingressgroup-rename",
        "lb-15-rule-order");

    assertThat(first).allSatisfy(id -> assertThat(Incidents.find(id)).as(id).isPresent());
  }

  @Test
  void everyIncidentThatAReasonPointsToIsKnown() {
    Set<String> ids = new HashSet<>();
    Incidents.all().forEach(i -> ids.add(i.id()));
    Unplayed.all().forEach(u -> ids.add(u.id()));

    assertThat(Arrays.stream(Reason.values()).map(Reason::incident).filter(i -> !i.isEmpty()))
        .isSubsetOf(ids);
  }

  @Test
  void theBeginningOfAnIdIsEnoughWhereItIsTheOnlyOne() {
    assertThat(Incidents.find("svc-01").map(Incident::id)).contains("svc-01-selector-typo");
    assertThat(Incidents.find("svc")).isEmpty();
  }

  @Test
  void anIncidentIsPlayedTheSameEveryTime() {
    Incident incident = Incidents.find("svc-01").orElseThrow();

    assertThat(incident.play()).hasToString(incident.play().toString());
  }
}
