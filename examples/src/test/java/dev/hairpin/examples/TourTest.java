package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.examples.tour.Tour;
import org.junit.jupiter.api.Test;

class TourTest {

  @Test
  void theTourTellsTheSameStoryEveryTime() {
    String told = Tour.tell();

    Golden.assertEqualsFile(told, "tour.txt");
    assertThat(Tour.tell()).isEqualTo(told);
  }
}
