package dev.hairpin.path.conntrack;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.Locale;

/**
 * The picture of a tracked connection.
 *
 * @param original the tuple of the caller's packets
 * @param reply the tuple of the answers, as they come in before they are translated back
 * @param secondsLeft when the entry goes unless a packet comes
 * @param state the state of TCP or SCTP, such as {@code ESTABLISHED}; empty for other protocols
 * @param replied whether an answer was seen
 * @param assured whether the entry is safe from eviction
 * @param mark the connection mark
 */
public record ConntrackEntry(
    FiveTuple original,
    FiveTuple reply,
    long secondsLeft,
    String state,
    boolean replied,
    boolean assured,
    int mark) {

  /**
   * Whether the destination was translated.
   *
   * @return true if the answers come from elsewhere than where the caller sent to
   */
  public boolean destinationTranslated() {
    return !original.destination().equals(reply.source()) && !isIcmp();
  }

  /**
   * Whether the source was translated.
   *
   * @return true if the answers go elsewhere than to the caller
   */
  public boolean sourceTranslated() {
    return !original.source().equals(reply.destination()) && !isIcmp();
  }

  private boolean isIcmp() {
    return !original.protocol().hasPorts();
  }

  /** The line that {@code conntrack -L} (conntrack-tools 1.4.7) prints. */
  @Override
  public String toString() {
    Protocol protocol = original.protocol();
    StringBuilder out = new StringBuilder();
    out.append(String.format(
        Locale.ROOT, "%-8s %d %d ", protocol.lowerCase(), protocol.number(), secondsLeft));
    if (!state.isEmpty()) {
      out.append(state).append(' ');
    }
    tuple(out, original);
    if (!replied) {
      out.append("[UNREPLIED] ");
    }
    tuple(out, reply);
    if (assured) {
      out.append("[ASSURED] ");
    }
    return out.append("mark=").append(mark).append(" use=1").toString();
  }

  private static void tuple(StringBuilder out, FiveTuple t) {
    SocketAddress source = t.source();
    SocketAddress destination = t.destination();
    out.append("src=").append(source.address()).append(" dst=").append(destination.address());
    if (t.protocol().hasPorts()) {
      out.append(" sport=").append(source.port()).append(" dport=").append(destination.port());
    } else {
      out.append(" type=").append(destination.port() >> 8);
      out.append(" code=").append(destination.port() & 255).append(" id=").append(source.port());
    }
    out.append(' ');
  }
}
