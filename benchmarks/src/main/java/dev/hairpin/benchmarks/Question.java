package dev.hairpin.benchmarks;

import java.util.List;

/**
 * A row of the report: a benchmark, what it is measured against in the same run, and what must
 * hold.
 *
 * @param group by which it is asked for on the command line
 * @param title the question in words
 * @param subject the benchmark, as class.method
 * @param baseline the benchmark that it is divided by; empty if there is none
 * @param sizes the values of the parameter {@code services}, {@code live} or {@code open}
 * @param kind the value of the parameter {@code kind}; empty if the subject has none
 * @param least the least ratio; 0 for any
 * @param most the greatest ratio; infinity for any
 * @param mostTime the longest time in the benchmark's unit; infinity for any
 */
record Question(
    String group,
    String title,
    String subject,
    String baseline,
    List<String> sizes,
    String kind,
    double least,
    double most,
    double mostTime) {

  private static final double ANY = Double.POSITIVE_INFINITY;
  private static final List<String> SIZES = List.of("1000", "10000", "100000");
  private static final List<String> TEN_THOUSAND = List.of("10000");

  /** All questions; what is measured and what must hold is written here and nowhere else. */
  static final List<Question> ALL = List.of(
      new Question(
          "decisions",
          "a new connection, one at a time",
          "NewConnection.one",
          "ConnectionBaselines.floor",
          SIZES,
          "PLAIN",
          0,
          2.0,
          ANY),
      new Question(
          "batches",
          "the same in batches",
          "NewConnection.batch",
          "ConnectionBaselines.floorBatch",
          SIZES,
          "PLAIN",
          0,
          1.5,
          ANY),
      new Question(
          "mixed",
          "with source ranges, Local policies and affinity",
          "NewConnection.one",
          "ConnectionBaselines.floor",
          TEN_THOUSAND,
          "MIXED",
          0,
          ANY,
          20),
      new Question(
          "mixed",
          "the same in batches",
          "NewConnection.batch",
          "ConnectionBaselines.floorBatch",
          TEN_THOUSAND,
          "MIXED",
          0,
          ANY,
          20),
      new Question(
          "mixed",
          "with affinity alone",
          "NewConnection.one",
          "ConnectionBaselines.floor",
          TEN_THOUSAND,
          "AFFINITY",
          0,
          ANY,
          20),
      new Question(
          "mixed",
          "with affinity alone, in batches",
          "NewConnection.batch",
          "ConnectionBaselines.floorBatch",
          TEN_THOUSAND,
          "AFFINITY",
          0,
          ANY,
          20),
      new Question(
          "walks",
          "the rules walked in flat arrays, against a decision",
          "ConnectionBaselines.ruleWalk",
          "NewConnection.one",
          TEN_THOUSAND,
          "",
          100,
          ANY,
          ANY),
      new Question(
          "walks",
          "the same, rules compared by one address and one port alone",
          "ConnectionBaselines.ruleWalkByAddress",
          "NewConnection.one",
          TEN_THOUSAND,
          "",
          0,
          ANY,
          ANY),
      new Question(
          "walks",
          "records in a hash map, against a decision",
          "ConnectionBaselines.hashMap",
          "NewConnection.one",
          TEN_THOUSAND,
          "",
          0,
          ANY,
          ANY),
      new Question(
          "walker",
          "a call through the rule walker, against a decision",
          "WalkedConnection.call",
          "NewConnection.one",
          TEN_THOUSAND,
          "",
          1_000,
          ANY,
          ANY),
      new Question(
          "compile",
          "a node's rules to a program (µs)",
          "CompileRules.all",
          "",
          TEN_THOUSAND,
          "",
          0,
          ANY,
          100_000),
      new Question(
          "compile",
          "one endpoint changes: rules, program, visible to packets (µs)",
          "CompileRules.oneEndpoint",
          "",
          TEN_THOUSAND,
          "",
          0,
          ANY,
          100),
      connections(
          "a packet of an established connection",
          "ConntrackHit.conntrack",
          "ConntrackHit.floor",
          "1000000",
          1.15),
      connections(
          "the same in batches",
          "ConntrackHit.conntrackInBatches",
          "ConntrackHit.floorInBatches",
          "1000000",
          1.15),
      connections(
          "a packet among ten million connections",
          "ConntrackHit.conntrack",
          "ConntrackHit.floor",
          "10000000",
          1.3),
      connections(
          "a connection opened and one closed",
          "ConntrackOpenClose.conntrack",
          "ConntrackOpenClose.floor",
          "1000000",
          1.3),
      connections(
          "the same with the choice of a source port",
          "ConntrackOpenClose.conntrackMasquerading",
          "ConntrackOpenClose.floor",
          "1000000",
          ANY),
      connections(
          "a whole connection through NLB, node and pod, and back",
          "WholeConnection.engine",
          "WholeConnection.floor",
          "20000",
          ANY),
      connections(
          "the same on two threads, against one",
          "WholeConnection.engineOnTwoThreads",
          "WholeConnection.engine",
          "20000",
          1 / 1.8));

  private static Question connections(
      String title, String subject, String baseline, String size, double most) {
    return new Question("connections", title, subject, baseline, List.of(size), "", 0, most, ANY);
  }

  /** Whether a measurement and its baseline are as they must be. */
  boolean isMet(double time, double ratio) {
    return time <= mostTime && (baseline.isEmpty() || (ratio >= least && ratio <= most));
  }

  /** What must hold, in words. */
  String demand() {
    if (mostTime < ANY) {
      return "≤ " + number(mostTime);
    }
    return most < ANY ? "≤ " + number(most) + " x" : least > 0 ? "≥ " + number(least) + " x" : "";
  }

  private static String number(double value) {
    return value == Math.rint(value) && value >= 10
        ? String.format(java.util.Locale.ROOT, "%,.0f", value)
        : String.format(java.util.Locale.ROOT, "%.1f", value);
  }
}
