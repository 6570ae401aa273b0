package dev.hairpin;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Fraction;
import dev.hairpin.path.HostKind;
import dev.hairpin.path.Outcome;
import dev.hairpin.path.Source;
import dev.hairpin.path.Trace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The exact distribution of where new connections end.
 *
 * @param question what was asked
 * @param ends each different end with its share; the shares sum to exactly 1
 */
public record Shares(String question, Map<End, Fraction> ends) {

  /** Sorts the ends: those that arrive by endpoint, then the others by reason. */
  public Shares {
    List<Map.Entry<End, Fraction>> sorted = new ArrayList<>(ends.entrySet());
    sorted.sort(Map.Entry.comparingByKey(
        Comparator.comparing((End e) -> !e.arrives).thenComparing(End::toString)));
    Map<End, Fraction> copy = new LinkedHashMap<>();
    sorted.forEach(e -> copy.put(e.getKey(), e.getValue()));
    ends = Collections.unmodifiableMap(copy);
  }

  /**
   * Where a connection ends.
   *
   * @param arrives whether the answer came back to the caller
   * @param endpoint the server and its port, or the reason code where nothing was reached
   * @param node the node of the server; empty if none was reached
   * @param zone the zone of that node; may be empty
   * @param hops how many nodes the first packet crossed before the server's own
   * @param sourceSeen the address that the server saw as the caller's; empty if none was reached
   */
  public record End(
      boolean arrives, String endpoint, String node, String zone, int hops, String sourceSeen) {

    static End of(Trace trace, ClusterState state, Source source) {
      Outcome outcome = trace.outcome();
      @Nullable
      IpAddress server =
          outcome.serverAddress() == null ? null : outcome.serverAddress().address();
      String node = server == null ? "" : nodeOf(server, state);
      String zone = state.get(Node.class, "", node).map(Node::zone).orElse("");
      String start = source instanceof Source.OnNode on
          ? on.name()
          : source instanceof Source.InPod in
              ? state
                  .get(Pod.class, in.namespace(), in.name())
                  .map(p -> p.spec().nodeName())
                  .orElse("")
              : "";
      long crossed = trace.hops().stream()
          .map(h -> h.host())
          .filter(h -> h.startsWith(HostKind.NODE + " "))
          .map(h -> h.substring((HostKind.NODE + " ").length()))
          .filter(n -> !n.equals(node))
          .distinct()
          .count();
      boolean leavesStart = !start.isEmpty() && !start.equals(node) && crossed == 0;
      return new End(
          outcome.delivered(),
          outcome.delivered()
              ? outcome.server() + ":"
                  + java.util.Objects.requireNonNull(outcome.serverAddress()).port()
              : outcome.reason().toString(),
          node,
          zone,
          (int) crossed + (leavesStart ? 1 : 0),
          outcome.sourceSeen() == null ? "" : outcome.sourceSeen().address().toString());
    }

    private static String nodeOf(IpAddress address, ClusterState state) {
      for (Pod pod : state.list(Pod.class)) {
        if (pod.podIps().contains(address.toString())) {
          return pod.spec().nodeName();
        }
      }
      for (Node node : state.list(Node.class)) {
        if (node.internalIp(address.family()).filter(address::equals).isPresent()) {
          return node.metadata().name();
        }
      }
      return "";
    }
  }

  /**
   * The share of connections that arrive.
   *
   * @return the sum over the ends that arrive
   */
  public Fraction arriving() {
    return ends.entrySet().stream()
        .filter(e -> e.getKey().arrives)
        .map(Map.Entry::getValue)
        .reduce(Fraction.ZERO, Fraction::plus);
  }

  /** A table: one line for each end. */
  @Override
  public String toString() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"end", "share", "node", "zone", "hops", "source seen"});
    ends.forEach((end, share) -> rows.add(new String[] {
      (end.arrives ? "" : "X ") + end.endpoint,
      text(share),
      end.node,
      end.zone,
      Integer.toString(end.hops),
      end.sourceSeen
    }));
    StringBuilder out = new StringBuilder(question).append('\n');
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(" ");
      for (int i = 0; i < row.length; i++) {
        line.append(' ').append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 1));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  /**
   * A share as people read it: a small fraction, or per cent where the kernel's 31-bit
   * probabilities make the fraction long.
   */
  private static String text(Fraction share) {
    return share.denominator().bitLength() <= 10
        ? share.toString()
        : String.format(Locale.ROOT, "%.4f %%", 100 * share.toDouble());
  }
}
