package dev.hairpin.path.trace;

import dev.hairpin.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The end of a walk.
 *
 * @param verdict what became of the attempt, seen from the caller
 * @param reason the stable code of the cause
 * @param clientSees what the calling program sees, in words, such as {@code time-out}
 * @param decidedAt where it was decided: a host, and a chain if a rule decided; empty if nowhere
 * @param rule the rule that decided, as iptables-save prints it, or null if no rule did
 * @param server the process that the first packet reached, such as a pod's name; null if none
 * @param serverAddress where that process was listening; null if none was reached
 * @param sourceSeen the caller as the server saw it; null if none was reached
 * @param icmp the ICMP error that the caller received, or null
 * @param errno the error of the caller's system call, such as {@code ECONNREFUSED}, or null
 */
public record Outcome(
    Verdict verdict,
    Reason reason,
    String clientSees,
    String decidedAt,
    @Nullable String rule,
    @Nullable String server,
    @Nullable SocketAddress serverAddress,
    @Nullable SocketAddress sourceSeen,
    @Nullable IcmpMessage icmp,
    @Nullable String errno) {

  /**
   * Whether an answer came back.
   *
   * @return true for {@link Verdict#DELIVERED}
   */
  public boolean delivered() {
    return verdict == Verdict.DELIVERED;
  }

  /** One line: {@code DELIVERED web-1} or {@code NOT DELIVERED NO_ENDPOINTS at node n1 ...}. */
  @Override
  public String toString() {
    if (delivered()) {
      return "DELIVERED " + server;
    }
    return "NOT DELIVERED " + reason + (decidedAt.isEmpty() ? "" : " at " + decidedAt);
  }
}
