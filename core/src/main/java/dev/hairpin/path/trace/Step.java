package dev.hairpin.path.trace;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One thing that happened to a packet on a host, in the order in which it happened. */
public sealed interface Step {

  /**
   * A rule matched.
   *
   * @param table the table, such as {@code nat}
   * @param chain the chain, such as {@code KUBE-SERVICES}
   * @param index the rule's place in its chain, from 1
   * @param count how many rules the chain has
   * @param skipped how many rules of the chain were looked at before and did not match
   * @param rule the rule as iptables-save prints it, from {@code -A} on
   * @param effect what the rule does, such as {@code -> KUBE-SVC-X} or {@code DROP}
   * @param comment the rule's comment, or empty
   */
  record RuleMatched(
      String table,
      String chain,
      int index,
      int count,
      int skipped,
      String rule,
      String effect,
      String comment)
      implements Step {}

  /**
   * A rule tossed its dice.
   *
   * @param chain the chain
   * @param index the rule's place in its chain, from 1
   * @param threshold the numbers below it match; the probability scaled to 2^31
   * @param drawn the number drawn, below 2^31, or -1 if the chooser does not tell
   * @param matched whether the rule matched
   * @param effect what the rule does if it matches
   */
  record Drew(String chain, int index, long threshold, long drawn, boolean matched, String effect)
      implements Step {

    /** {@code p=0.33333333349 drew 0.61 no}, with as many digits as iptables-save prints. */
    @Override
    public String toString() {
      String p = String.format(Locale.ROOT, "%.11f", threshold / 2147483648.0);
      String draw =
          drawn < 0 ? "" : String.format(Locale.ROOT, "  drew %.2f", drawn / 2147483648.0);
      return "[" + index + "] p=" + p + draw + "  " + (matched ? "yes " + effect : "no");
    }
  }

  /** Which part of a packet was rewritten, and in which direction of the connection. */
  enum Rewrite {
    /** The destination of a request. */
    DNAT,
    /** The source of a request. */
    SNAT,
    /** The source of an answer, back to what the caller had dialled. */
    UN_DNAT,
    /** The destination of an answer, back to the caller. */
    UN_SNAT
  }

  /**
   * An end of the packet was rewritten by connection tracking.
   *
   * @param kind which end, and in which direction
   * @param before the end before
   * @param after the end after
   */
  record Translated(Rewrite kind, SocketAddress before, SocketAddress after) implements Step {}

  /**
   * The source address that MASQUERADE takes.
   *
   * @param address the address
   * @param device the device that the packet leaves through
   */
  record Masqueraded(IpAddress address, String device) implements Step {}

  /**
   * The packet's mark changed.
   *
   * @param before the mark before
   * @param after the mark after
   */
  record MarkSet(int before, int after) implements Step {}

  /**
   * Connection tracking looked the packet up.
   *
   * @param state {@code NEW}, {@code ESTABLISHED}, {@code RELATED}, {@code INVALID} or
   *     {@code UNTRACKED}
   * @param entry the number of the entry in its table, counted from 1; 0 if there is none
   */
  record Tracked(String state, long entry) implements Step {}

  /**
   * A route was chosen.
   *
   * @param route the route as {@code ip route} prints it
   * @param device the device that it leads through
   */
  record Routed(String route, String device) implements Step {}

  /**
   * A process got the packet.
   *
   * @param process the name of the process, such as a pod's
   * @param at where it listens
   */
  record Delivered(String process, SocketAddress at) implements Step {}

  /**
   * The packet ended here, silently.
   *
   * @param reason why
   * @param chain the chain whose rule or policy decided, or null if no rule did
   * @param rule the rule as iptables-save prints it, or null
   */
  record Dropped(
      Reason reason, @Nullable String chain, @Nullable String rule) implements Step {}

  /**
   * The packet ended here, and its sender is told.
   *
   * @param reason why
   * @param with how it is told, such as {@code icmp-port-unreachable} or {@code tcp-reset}
   * @param chain the chain whose rule decided, or null if no rule did
   * @param rule the rule as iptables-save prints it, or null
   */
  record Rejected(
      Reason reason,
      String with,
      @Nullable String chain,
      @Nullable String rule) implements Step {}

  /**
   * A remark of a host, a load balancer or a rule (LOG, TRACE).
   *
   * @param text a line
   */
  record Note(String text) implements Step {}
}
