package dev.hairpin.benchmarks;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.alb.CompiledRules;
import dev.hairpin.lb.elb.alb.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does an Application Load Balancer take to find the rule that a request meets? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class AlbRuleMatch {
  /** Requests in the ring: more than a branch predictor learns by heart, less than L2. */
  private static final int RING = 1024;

  /** Rules of the listener: a small shop, and AWS' quota. */
  @Param({"10", "100"})
  int rules;

  /**
   * What the rules look like: a path for each service; a host and a path; or headers, queries and
   * wildcards that no index can narrow down.
   */
  @Param({"paths", "hosts", "worst"})
  String shape = "paths";

  private List<Rule> readable = List.of();
  private CompiledRules compiled = CompiledRules.compile(List.of());
  private final HttpRequest[] ring = new HttpRequest[RING];
  private int at;

  /** Makes the rules and the requests from a fixed seed; every rule is met equally often. */
  @Setup
  public void prepare() {
    List<Rule> made = new ArrayList<>();
    for (int i = 0; i < rules; i++) {
      made.add(new Rule(i + 1, conditions(i), List.of(Action.fixed(200, ""))));
    }
    readable = made;
    compiled = CompiledRules.compile(made);
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < RING; i++) {
      int rule = random.nextInt(rules);
      ring[i] = HttpRequest.get(
              "team" + rule % 10 + ".shop.example", "/service-" + rule + "/items/" + i)
          .header("User-Agent", "curl/8.5")
          .header("X-Version", "v" + rule)
          .build();
    }
  }

  private List<RuleCondition> conditions(int i) {
    RuleCondition path = RuleCondition.path("/service-" + i, "/service-" + i + "/*");
    return switch (shape) {
      case "hosts" -> List.of(RuleCondition.host("team" + i % 10 + ".shop.example"), path);
      case "worst" ->
        List.of(
            new RuleCondition.HttpHeader("X-Version", List.of("v" + i)),
            RuleCondition.path("*/service-" + i + "/*"));
      default -> List.of(path);
    };
  }

  private HttpRequest next() {
    return ring[at++ & (RING - 1)];
  }

  /**
   * The floor: what it costs to fetch a request and the length of its path.
   *
   * @return the length
   */
  @Benchmark
  public int floor() {
    return next().path().length();
  }

  /**
   * The compiled match.
   *
   * @return the rule
   */
  @Benchmark
  public int compiled() {
    return compiled.match(next());
  }

  /**
   * The baseline: the conditions one after the other, as the user guide tells it.
   *
   * @return the rule
   */
  @Benchmark
  public int readable() {
    HttpRequest request = next();
    for (int i = 0; i < readable.size(); i++) {
      boolean holds = true;
      for (RuleCondition condition : readable.get(i).conditions()) {
        holds &= condition.holds(request);
        if (!holds) {
          break;
        }
      }
      if (holds) {
        return i;
      }
    }
    return -1;
  }
}
