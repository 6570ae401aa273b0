package dev.hairpin.iptables;

import dev.hairpin.iptables.RuleException.Reason;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table while a batch of commands changes it; nothing is seen of the changes before
 * {@link #commit}.
 *
 * <p>The commands and their refusals are those of libiptc.
 */
final class TableEditor {

  /** A chain that may have been changed; {@code rules} is copied at the first change. */
  private static final class Edited {
    private Policy policy;
    private Counters counters;
    private List<Rule> rules;
    private boolean shared;

    private Edited(Chain chain) {
      policy = chain.policy();
      counters = chain.counters();
      rules = chain.rules();
      shared = true;
    }

    private List<Rule> writable() {
      if (shared) {
        rules = new ArrayList<>(rules);
        shared = false;
      }
      return rules;
    }
  }

  private final TableName name;
  private final ChainMap before;
  private final Map<String, @Nullable Edited> edits = new LinkedHashMap<>();
  /** How many rules jump to each chain; counted when a chain is first deleted, then kept. */
  private @Nullable Map<String, Integer> references;

  TableEditor(Table table) {
    this.name = table.name();
    this.before = table.chainMap();
  }

  TableName name() {
    return name;
  }

  boolean has(String chain) {
    return edits.containsKey(chain) ? edits.get(chain) != null : before.get(chain) != null;
  }

  private @Nullable Edited find(String chain) {
    if (edits.containsKey(chain)) {
      return edits.get(chain);
    }
    @Nullable Chain old = before.get(chain);
    if (old == null) {
      return null;
    }
    Edited edited = new Edited(old);
    edits.put(chain, edited);
    return edited;
  }

  private Edited edit(String chain) {
    @Nullable Edited edited = find(chain);
    if (edited == null) {
      throw refuse(Reason.NOT_FOUND, "there is no chain \"" + chain + "\" in table " + name);
    }
    return edited;
  }

  private static RuleException refuse(Reason reason, String message) {
    return new RuleException(reason, 0, 0, message);
  }

  /** Adds a built-in chain that a dump declares. */
  void addBuiltIn(String chain) {
    if (!has(chain)) {
      edits.put(chain, new Edited(new Chain(chain, Policy.ACCEPT, Counters.ZERO, List.of())));
    }
  }

  void create(String chain) {
    if (has(chain)) {
      throw refuse(Reason.CHAIN_EXISTS, "chain \"" + chain + "\" exists already");
    }
    edits.put(chain, new Edited(Chain.user(chain, List.of())));
  }

  void setPolicy(String chain, Policy policy, Counters counters) {
    Edited edited = edit(chain);
    edited.policy = policy;
    edited.counters = counters;
  }

  /** Sets the counters of a user's chain as a dump shows them. */
  void setCounters(String chain, Counters counters) {
    edit(chain).counters = counters;
  }

  void flush(String chain) {
    Edited edited = edit(chain);
    for (Rule rule : edited.rules) {
      count(rule, -1);
    }
    edited.rules = List.of();
    edited.shared = true;
  }

  /** Flushes every chain and deletes the users'. */
  void flushAll() {
    for (Chain chain : before.toList()) {
      if (chain.isBuiltIn()) {
        flush(chain.name());
      } else {
        edits.put(chain.name(), null);
      }
    }
    references = null;
  }

  Collection<String> chainNames() {
    List<String> names = new ArrayList<>();
    before.forEach(chain -> {
      if (has(chain.name())) {
        names.add(chain.name());
      }
    });
    edits.forEach((chain, edited) -> {
      if (edited != null && before.get(chain) == null) {
        names.add(chain);
      }
    });
    return names;
  }

  void append(String chain, Rule rule) {
    edit(chain).writable().add(rule);
    count(rule, 1);
  }

  /** Inserts a rule at a position, the first being 1. */
  void insert(String chain, int position, Rule rule) {
    List<Rule> rules = edit(chain).writable();
    if (position < 1 || position > rules.size() + 1) {
      throw refuse(
          Reason.NOT_FOUND,
          "chain " + chain + " has no position " + position + " to insert a rule at");
    }
    rules.add(position - 1, rule);
    count(rule, 1);
  }

  void replace(String chain, int position, Rule rule) {
    List<Rule> rules = edit(chain).writable();
    requirePosition(chain, position, rules);
    count(rules.set(position - 1, rule), -1);
    count(rule, 1);
  }

  void delete(String chain, int position) {
    List<Rule> rules = edit(chain).writable();
    requirePosition(chain, position, rules);
    count(rules.remove(position - 1), -1);
  }

  void delete(String chain, Rule rule) {
    int position = positionOf(chain, rule);
    if (position == 0) {
      throw refuse(Reason.NOT_FOUND, "chain " + chain + " has no rule " + rule);
    }
    delete(chain, position);
  }

  /** The position of the first rule that says the same, or 0. */
  int positionOf(String chain, Rule rule) {
    List<Rule> rules = edit(chain).rules;
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).saysTheSameAs(rule)) {
        return i + 1;
      }
    }
    return 0;
  }

  private static void requirePosition(String chain, int position, List<Rule> rules) {
    if (position < 1 || position > rules.size()) {
      throw refuse(Reason.NOT_FOUND, "chain " + chain + " has no rule number " + position);
    }
  }

  void zero(String chain) {
    Edited edited = edit(chain);
    edited.counters = Counters.ZERO;
    List<Rule> rules = edited.writable();
    rules.replaceAll(rule -> new Rule(rule.matches(), rule.target(), Counters.ZERO));
  }

  void deleteChain(String chain) {
    Edited edited = edit(chain);
    if (name.isBuiltIn(chain)) {
      throw refuse(Reason.NOT_FOUND, "chain " + chain + " is built in and cannot be deleted");
    }
    if (references().getOrDefault(chain, 0) > 0) {
      throw refuse(Reason.CHAIN_IN_USE, "chain " + chain + " is still jumped to");
    }
    if (!edited.rules.isEmpty()) {
      throw refuse(Reason.CHAIN_NOT_EMPTY, "chain " + chain + " still has rules");
    }
    edits.put(chain, null);
  }

  void rename(String chain, String newName) {
    Edited edited = edit(chain);
    if (name.isBuiltIn(chain)) {
      throw refuse(Reason.NOT_FOUND, "chain " + chain + " is built in and cannot be renamed");
    }
    if (has(newName)) {
      throw refuse(Reason.CHAIN_EXISTS, "chain \"" + newName + "\" exists already");
    }
    edits.put(chain, null);
    edits.put(newName, edited);
    references = null;
    for (String other : chainNames()) {
      List<Rule> rules = edit(other).rules;
      for (int i = 0; i < rules.size(); i++) {
        Rule rule = rules.get(i);
        if (chain.equals(jumpOf(rule))) {
          Target target = rule.target() instanceof Target.Goto
              ? new Target.Goto(newName)
              : new Target.Jump(newName);
          edit(other).writable().set(i, new Rule(rule.matches(), target, rule.counters()));
          rules = edit(other).rules;
        }
      }
    }
  }

  private Map<String, Integer> references() {
    if (references == null) {
      references = new HashMap<>();
      for (String chain : chainNames()) {
        @Nullable Edited edited = edits.get(chain);
        @Nullable Chain old = before.get(chain);
        List<Rule> rules = edited != null ? edited.rules : old != null ? old.rules() : List.of();
        for (Rule rule : rules) {
          count(rule, 1);
        }
      }
    }
    return references;
  }

  private void count(Rule rule, int change) {
    @Nullable String chain = references == null ? null : jumpOf(rule);
    if (references != null && chain != null) {
      references.merge(chain, change, Integer::sum);
    }
  }

  static @Nullable String jumpOf(Rule rule) {
    if (rule.target() instanceof Target.Jump jump) {
      return jump.chain();
    } else if (rule.target() instanceof Target.Goto jump) {
      return jump.chain();
    }
    return null;
  }

  /**
   * Makes the changes, if the kernel would take the table.
   *
   * @throws RuleException if it would not
   */
  Table commit() {
    List<String> removed = new ArrayList<>();
    List<Chain> put = new ArrayList<>();
    edits.forEach((chain, edited) -> {
      if (edited == null) {
        removed.add(chain);
        return;
      }
      @Nullable Chain old = before.get(chain);
      if (old == null
          || old.rules() != edited.rules
          || old.policy() != edited.policy
          || !old.counters().equals(edited.counters)) {
        put.add(new Chain(chain, edited.policy, edited.counters, edited.rules));
      }
    });
    Table table = new Table(name, before.changed(removed, put));
    LoadCheck.check(table);
    return table;
  }
}
