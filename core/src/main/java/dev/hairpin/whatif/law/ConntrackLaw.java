package dev.hairpin.whatif.law;

/**
 * How full a node's connection tracking is: entries = rate x time in the table (Little's law).
 *
 * <p>The law holds for any distribution of lifetimes, in the mean over time. A connection through a
 * node port under policy Cluster has an entry on the node that it came in at and another on the
 * pod's node, if these differ.
 */
public final class ConntrackLaw {

  /** How long a closed TCP connection stays, {@code nf_conntrack_tcp_timeout_time_wait}. */
  public static final double TIME_WAIT_SECONDS = 120;

  /** How long a datagram and its answer stay, {@code nf_conntrack_udp_timeout}. */
  public static final double UDP_SECONDS = 30;

  /** What an entry takes of the kernel's memory on 64-bit machines, {@code sizeof(nf_conn)}. */
  public static final int BYTES_PER_ENTRY = 320;

  private static final long PER_CORE = 32_768;
  private static final long LEAST = 131_072;

  private ConntrackLaw() {}

  /**
   * The size that kube-proxy gives a node's table, {@code conntrack.maxPerCore} and {@code min}.
   *
   * @param cores the node's cores, at least 1
   * @return entries
   * @throws IllegalArgumentException if there are no cores
   */
  public static long tableSize(int cores) {
    if (cores < 1) {
      throw new IllegalArgumentException("a node with " + cores + " cores runs nothing");
    }
    return Math.max(PER_CORE * cores, LEAST);
  }

  /**
   * The entries of a steady flow of connections.
   *
   * @param perSecond new connections each second
   * @param seconds how long the entry of one lives: open, and then until it is forgotten
   * @return entries in the mean
   * @throws IllegalArgumentException if one is negative or no number
   */
  public static double entries(double perSecond, double seconds) {
    return Check.notNegative("rate", perSecond) * Check.notNegative("lifetime", seconds);
  }

  /**
   * The rate at which a table is full.
   *
   * @param tableSize entries, positive
   * @param seconds how long an entry lives; positive
   * @return new connections each second
   * @throws IllegalArgumentException if one is not positive
   */
  public static double sustainableRate(double tableSize, double seconds) {
    return Check.positive("table size", tableSize) / Check.positive("lifetime", seconds);
  }

  /**
   * The memory of a full table.
   *
   * @param entries how many entries
   * @return octets, without the hash table itself
   */
  public static long bytes(long entries) {
    return Math.multiplyExact(entries, BYTES_PER_ENTRY);
  }
}
