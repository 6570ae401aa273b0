package dev.hairpin.path;

import dev.hairpin.path.trace.Reason;
import org.jspecify.annotations.Nullable;

/** What a host's rules say about a packet at one hook. */
public sealed interface FilterVerdict {

  /** The packet goes on. */
  FilterVerdict ACCEPT = new Accept();

  /** The packet goes on. */
  record Accept() implements FilterVerdict {}

  /**
   * The packet ends here, silently.
   *
   * @param reason why
   * @param chain the chain whose rule or policy decided
   * @param rule the rule as iptables-save prints it, or null for a chain policy
   */
  record Drop(Reason reason, String chain, @Nullable String rule) implements FilterVerdict {}

  /**
   * The packet ends here, and its sender is told.
   *
   * @param reason why
   * @param with how it is told
   * @param chain the chain whose rule decided
   * @param rule the rule as iptables-save prints it
   */
  record Reject(Reason reason, RejectWith with, String chain, String rule)
      implements FilterVerdict {}

  /**
   * The model cannot tell what the kernel would do.
   *
   * @param reason why, such as {@link Reason#RULE_NOT_MODELLED}
   * @param chain the chain
   * @param rule the rule that it would depend on
   */
  record Undecided(Reason reason, String chain, String rule) implements FilterVerdict {}
}
