package dev.hairpin.path.trace;

import dev.hairpin.net.FiveTuple;
import java.util.List;

/**
 * A stage of the way on which something happened to the packet.
 *
 * @param host the host, such as {@code node n1}
 * @param stage where on the host: a hook with the table, such as {@code PREROUTING nat}; empty
 *     where the host is plain
 * @param before the packet as it came in
 * @param after the packet as it went on
 * @param what what kind of packet it is, such as {@code SYN} or {@code icmp 3/3}; empty for a
 *     datagram
 * @param steps what happened, in order
 */
public record Hop(
    String host, String stage, FiveTuple before, FiveTuple after, String what, List<Step> steps) {

  /** Takes a copy of the steps. */
  public Hop {
    steps = List.copyOf(steps);
  }
}
