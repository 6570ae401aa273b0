package dev.hairpin.iptables;

import dev.hairpin.net.IpFamily;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All rules of one IP family on one host, as its kernel holds them.
 *
 * <p>Read from a dump of a real node ({@link #parse}), or built by giving texts to {@link #restore}
 * as kube-proxy gives them to iptables-restore. Immutable and thread-safe; a changed copy shares
 * what did not change.
 */
public final class RuleSet {
  private final IpFamily family;
  private final List<Table> tables;

  private RuleSet(IpFamily family, List<Table> tables) {
    this.family = family;
    this.tables = tables;
  }

  /**
   * A host whose tables were never used.
   *
   * @param family the family
   * @return a rule set without tables
   */
  public static RuleSet empty(IpFamily family) {
    return new RuleSet(family, List.of());
  }

  /**
   * Reads what iptables-save or ip6tables-save printed, with or without counters.
   *
   * @param dump the text
   * @param family which of the two printed it
   * @return the rules
   * @throws RuleException if the text is none, with line and column
   */
  public static RuleSet parse(String dump, IpFamily family) {
    return Restorer.readDump(empty(family), dump).orElseThrow();
  }

  /**
   * Gives a text to iptables-restore or ip6tables-restore.
   *
   * @param text the text
   * @param options how the program is called
   * @return the rules afterwards, and the error that stopped it, if one did
   */
  public RestoreResult restore(String text, RestoreOptions options) {
    return Restorer.restore(this, text, options);
  }

  /**
   * Runs one iptables or ip6tables command.
   *
   * @param arguments the arguments as a line of iptables-restore has them, with {@code -t table}
   *     first if the table is not filter; double quotes hold words with blanks together
   * @return the rules afterwards
   * @throws RuleException if the command fails
   */
  public RuleSet command(String arguments) {
    return Restorer.command(this, arguments);
  }

  /**
   * The family.
   *
   * @return the family of every address in the rules
   */
  public IpFamily family() {
    return family;
  }

  /**
   * The tables in use, as iptables-save prints them: in the order of a dump, or the one first used
   * last.
   *
   * @return the tables
   */
  public List<Table> tables() {
    return tables;
  }

  /**
   * Finds a table.
   *
   * @param name which
   * @return the table, or nothing if it was never used
   */
  public Optional<Table> table(TableName name) {
    return Optional.ofNullable(find(name));
  }

  /**
   * Finds a table where a missing one is common.
   *
   * @param name which
   * @return the table, or null if it was never used
   */
  public @Nullable Table find(TableName name) {
    for (Table table : tables) {
      if (table.name() == name) {
        return table;
      }
    }
    return null;
  }

  /**
   * A copy with a new or changed table. A new one comes first, as the kernel lists it.
   *
   * @param table the table
   * @return the copy
   */
  public RuleSet with(Table table) {
    return with(table, false);
  }

  /**
   * The same rules where some chains read otherwise, as on hosts that differ in a few words. It
   * takes no memory for the chains: each is read when it is asked for.
   *
   * @param reading gives what a chain reads as; always equal chains of the same name for a chain,
   *     and the chain itself where it reads as it is
   * @return the rules as they read
   */
  public RuleSet readAs(UnaryOperator<Chain> reading) {
    return new RuleSet(
        family, tables.stream().map(table -> table.readAs(reading)).toList());
  }

  RuleSet with(Table table, boolean last) {
    List<Table> changed = new ArrayList<>(tables);
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).name() == table.name()) {
        changed.set(i, table);
        return new RuleSet(family, List.copyOf(changed));
      }
    }
    changed.add(last ? changed.size() : 0, table);
    return new RuleSet(family, List.copyOf(changed));
  }

  /**
   * A match or target that the model does not know, and where it stands.
   *
   * @param table the table
   * @param chain the chain
   * @param number the rule's number in its chain, the first being 1
   * @param what its text, such as {@code -m string --string "x" --algo bm}
   */
  public record Unknown(TableName table, String chain, int number, String what) {
    /** {@code table chain number: text}. */
    @Override
    public String toString() {
      return table + " " + chain + " " + number + ": " + what;
    }
  }

  /**
   * The matches and targets that are kept as text because the model does not know them.
   *
   * @return each of them, in printed order
   */
  public List<Unknown> unknown() {
    List<Unknown> found = new ArrayList<>();
    for (Table table : tables) {
      for (Chain chain : table.chains()) {
        for (int i = 0; i < chain.rules().size(); i++) {
          Rule rule = chain.rules().get(i);
          for (Match match : rule.matches()) {
            if (match instanceof Match.UnknownMatch) {
              found.add(new Unknown(table.name(), chain.name(), i + 1, match.toString()));
            }
          }
          if (rule.target() instanceof Target.UnknownTarget) {
            found.add(
                new Unknown(table.name(), chain.name(), i + 1, rule.target().toString()));
          }
        }
      }
    }
    return found;
  }

  /**
   * The rules as {@code iptables-save} of the legacy back end prints them, without its comment
   * lines. {@link #parse} reads them back.
   *
   * @return the text; every line ends with a line feed
   */
  public String save() {
    return text(false);
  }

  /**
   * The rules as {@code iptables-save -c} prints them: with the counters of each rule.
   *
   * @return the text; every line ends with a line feed
   */
  public String saveWithCounters() {
    return text(true);
  }

  private String text(boolean withCounters) {
    StringBuilder out = new StringBuilder();
    for (Table table : tables) {
      table.appendTo(out, withCounters);
    }
    return out.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RuleSet set && family == set.family && tables.equals(set.tables);
  }

  @Override
  public int hashCode() {
    return 31 * family.hashCode() + tables.hashCode();
  }

  /** As {@link #save}. */
  @Override
  public String toString() {
    return save();
  }
}
