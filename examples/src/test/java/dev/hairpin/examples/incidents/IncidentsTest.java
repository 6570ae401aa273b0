package dev.hairpin.examples.incidents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
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
}
