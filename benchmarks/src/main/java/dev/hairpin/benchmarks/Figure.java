package dev.hairpin.benchmarks;

/**
 * One benchmark at one size.
 *
 * @param benchmark class.method
 * @param services the value of the parameter {@code services}
 * @param kind the value of the parameter {@code kind}; empty if it has none
 * @param median the median of the measured times, in the benchmark's unit
 * @param octets what an operation allocates; -1 if it was not measured
 */
record Figure(String benchmark, String services, String kind, double median, double octets) {

  /** What it is of, without what was measured. */
  String key() {
    return benchmark + "," + services + "," + kind;
  }

  /** A line of comma-separated values. */
  @Override
  public String toString() {
    return key() + String.format(java.util.Locale.ROOT, ",%.3f,%.3f", median, octets);
  }

  static Figure parse(String line) {
    String[] parts = line.split(",", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException("expected five values, found \"" + line + "\"");
    }
    return new Figure(
        parts[0], parts[1], parts[2], Double.parseDouble(parts[3]), Double.parseDouble(parts[4]));
  }
}
