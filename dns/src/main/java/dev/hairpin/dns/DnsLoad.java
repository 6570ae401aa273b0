package dev.hairpin.dns;

import java.util.List;
import java.util.Locale;

/**
 * What the DNS pods of a cluster had to do since they started. Prints as a table.
 *
 * @param rows a row for each pod that was asked, by name
 */
public record DnsLoad(List<Row> rows) {

  /**
   * What one pod had to do.
   *
   * @param pod the pod as {@code namespace/name}
   * @param questions how many questions arrived
   * @param dropped how many of them were dropped by a {@link ReplicaFault}
   * @param cacheHits how many answers came out of the plugin cache
   * @param cacheMisses how many it had to ask for, and may have kept
   */
  public record Row(String pod, long questions, long dropped, long cacheHits, long cacheMisses) {

    /**
     * The share of the questions to the cache that it could answer.
     *
     * @return from 0 to 1; 0 if it was never asked
     */
    public double hitRate() {
      long asked = cacheHits + cacheMisses;
      return asked == 0 ? 0 : (double) cacheHits / asked;
    }
  }

  /** Copies the list. */
  public DnsLoad {
    rows = List.copyOf(rows);
  }

  /**
   * The questions that all pods got together.
   *
   * @return the sum
   */
  public long questions() {
    return rows.stream().mapToLong(Row::questions).sum();
  }

  @Override
  public String toString() {
    int width = rows.stream().mapToInt(r -> r.pod().length()).max().orElse(3);
    StringBuilder text =
        new StringBuilder(line(width, "pod", "questions", "share", "dropped", "cache hits"));
    long all = Math.max(1, questions());
    for (Row row : rows) {
      text.append('\n')
          .append(line(
              width,
              row.pod(),
              Long.toString(row.questions()),
              percent((double) row.questions() / all),
              Long.toString(row.dropped()),
              percent(row.hitRate())));
    }
    return text.toString();
  }

  private static String line(
      int width, String pod, String questions, String share, String dropped, String hits) {
    return String.format(
        Locale.ROOT, "%-" + width + "s  %9s  %6s  %7s  %10s", pod, questions, share, dropped, hits);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
