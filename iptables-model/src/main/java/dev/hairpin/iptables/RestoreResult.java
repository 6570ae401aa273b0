package dev.hairpin.iptables;

import java.util.Optional;

/**
 * What iptables-restore left behind.
 *
 * <p>Each table is changed as a whole when its {@code COMMIT} is met, so that tables before an
 * error are changed, and the table with the error and those after it are not.
 *
 * @param ruleSet the rules afterwards
 * @param error why it stopped; nothing if it did not
 */
public record RestoreResult(RuleSet ruleSet, Optional<RuleException> error) {

  /**
   * The rules, if everything was taken.
   *
   * @return the rules afterwards
   * @throws RuleException if something was refused
   */
  public RuleSet orElseThrow() {
    if (error.isPresent()) {
      throw error.get();
    }
    return ruleSet;
  }
}
