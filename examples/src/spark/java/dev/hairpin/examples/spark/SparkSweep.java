package dev.hairpin.examples.spark;

import dev.hairpin.Cluster;
import dev.hairpin.examples.Clusters;
import dev.hairpin.examples.ScenarioFiles;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Sweep;
import dev.hairpin.whatif.SweepResult;
import dev.hairpin.whatif.SweepRow;
import dev.hairpin.whatif.SweepRunner;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Works off a sweep on Spark: the same sweep as on one machine, and the same result to the last
 * digit.
 *
 * <p>The sweep is broadcast once. Each partition makes its own base cluster and works off its cells;
 * the parts are merged as a tree. Since merging is associative and commutative, and no number is
 * rounded on the way, it does not matter which part comes first.
 */
public final class SparkSweep {
  private SparkSweep() {}

  /**
   * Works off all cells of a sweep.
   *
   * @param spark the engine
   * @param sweep the sweep
   * @param partitions into how many parts it is cut, at least 1
   * @return the result
   */
  public static SweepResult run(JavaSparkContext spark, Sweep sweep, int partitions) {
    Broadcast<Sweep> shared = spark.broadcast(sweep);
    return spark
        .parallelize(sweep.shard(1, 1), partitions)
        .mapPartitions(cells -> List.of(part(shared.value(), cells)).iterator())
        .treeReduce(SweepResult::merge);
  }

  private static SweepResult part(Sweep sweep, Iterator<Integer> cells) {
    List<SweepRow> rows = new ArrayList<>();
    Cluster cluster = sweep.base().get();
    Sweep.Worker worker = sweep.on(cluster);
    cells.forEachRemaining(cell -> rows.add(worker.run(cell)));
    return SweepResult.of(sweep.fingerprint(cluster), rows);
  }

  /**
   * Spark on this machine, quiet and without a web page.
   *
   * @param threads how many threads
   * @return the engine; close it
   */
  public static JavaSparkContext local(int threads) {
    return new JavaSparkContext(new SparkConf()
        .setAppName("hairpin sweep")
        .setMaster("local[" + threads + "]")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1"));
  }

  /**
   * Works off the store's sweep on Spark. With {@code spark-submit} the master is the one that it
   * names, else this machine. On this machine, in this JVM or in executors of their own
   * ({@code local-cluster}), it does so without Spark too, and says whether the results are equal.
   *
   * @param args nothing
   */
  public static void main(String[] args) {
    Sweep sweep = ScenarioFiles.ofStore().sweep(Clusters::store);
    String master = System.getProperty("spark.master");
    try (JavaSparkContext spark = master == null
        ? local(Runtime.getRuntime().availableProcessors())
        : new JavaSparkContext(new SparkConf().setAppName("hairpin sweep"))) {
      spark.setLogLevel("WARN");
      SweepResult result = run(spark, sweep, Math.max(2, spark.defaultParallelism()));
      System.out.println(result.rows().size() + " cells on Spark " + spark.version());
      System.out.print(result.table(Metric.POD_REQUESTS));
      if (master == null || master.startsWith("local")) {
        String here = SweepRunner.onAllCores().run(sweep).toCsv();
        System.out.println(
            here.equals(result.toCsv())
                ? "the same on one machine without Spark, to the last digit"
                : "NOT the same as on one machine without Spark");
      }
    }
  }
}
