package dev.hairpin.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.examples.Clusters;
import dev.hairpin.examples.ScenarioFiles;
import dev.hairpin.whatif.Sweep;
import dev.hairpin.whatif.SweepResult;
import dev.hairpin.whatif.SweepRunner;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class SparkSweepTest {

  @Test
  void sparkAndThreadsGiveTheSameToTheLastDigit() {
    Sweep sweep = ScenarioFiles.ofStore().sweep(Clusters::store);
    SweepResult here = SweepRunner.onAllCores().run(sweep);
    try (JavaSparkContext spark = SparkSweep.local(2)) {
      SweepResult two = SparkSweep.run(spark, sweep, 2);
      SweepResult five = SparkSweep.run(spark, sweep, 5);

      assertThat(two).isEqualTo(here);
      assertThat(five.toCsv()).isEqualTo(here.toCsv());
      assertThat(here.rows()).hasSize(sweep.cells());
    }
  }
}
