package dev.hairpin.iptables.junit;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.path.TableName;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on the rules of a node: text as iptables-save prints it. A failure shows the chain, or
 * the nearest that there is.
 *
 * <pre>{@code
 * assertThat(rules).hasRule("-A KUBE-SERVICES -d 172.20.8.9/32 -p tcp -m comment --comment \"ui/ui:http cluster IP\" ...");
 * }</pre>
 */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class RuleSetAssert extends AbstractAssert<RuleSetAssert, RuleSet> {

  private RuleSetAssert(RuleSet actual) {
    super(actual, RuleSetAssert.class);
  }

  /**
   * Assertions on rules.
   *
   * @param actual the rules of a node
   * @return the assertions
   */
  public static RuleSetAssert assertThat(RuleSet actual) {
    return new RuleSetAssert(actual);
  }

  private Optional<Chain> chain(String name) {
    return actual.tables().stream()
        .flatMap(t -> t.chains().stream())
        .filter(c -> c.name().equals(name))
        .findFirst();
  }

  private List<String> lines() {
    return actual.save().lines().toList();
  }

  private RuleSetAssert require(boolean holds, String expectation, String instead) {
    if (!holds) {
      failWithMessage("%s", "expected rules " + expectation + ", but " + instead);
    }
    return this;
  }

  /**
   * A chain is there.
   *
   * @param table the table
   * @param name the chain's name
   * @return this
   */
  public RuleSetAssert hasChain(TableName table, String name) {
    isNotNull();
    Optional<Table> found = actual.table(table);
    List<String> names =
        found.map(t -> t.chains().stream().map(Chain::name).toList()).orElse(List.of());
    return require(
        names.contains(name), "with chain " + name + " in " + table, "there are " + names);
  }

  /**
   * A rule is there.
   *
   * @param rule the whole line as iptables-save prints it, from {@code -A} on
   * @return this
   */
  public RuleSetAssert hasRule(String rule) {
    isNotNull();
    String[] words = rule.split(" ", 3);
    String instead = words.length < 2
        ? "a rule begins with -A and its chain"
        : chain(words[1]).map(c -> "the chain is\n" + c).orElse("there is no chain " + words[1]);
    return require(lines().contains(rule), "with " + rule, instead);
  }

  /**
   * A rule with a text is there.
   *
   * @param text part of a line, such as the comment {@code ui/ui:http cluster IP}
   * @return this
   */
  public RuleSetAssert hasRuleWith(String text) {
    isNotNull();
    return require(
        lines().stream().anyMatch(l -> l.startsWith("-A") && l.contains(text)),
        "with \"" + text + "\"",
        "none of the " + lines().stream().filter(l -> l.startsWith("-A")).count() + " has it");
  }

  /**
   * No rule with a text is there.
   *
   * @param text part of a line
   * @return this
   */
  public RuleSetAssert hasNoRuleWith(String text) {
    isNotNull();
    List<String> found =
        lines().stream().filter(l -> l.startsWith("-A") && l.contains(text)).toList();
    return require(
        found.isEmpty(), "without \"" + text + "\"", "there is\n" + String.join("\n", found));
  }
}
