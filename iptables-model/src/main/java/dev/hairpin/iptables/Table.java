package dev.hairpin.iptables;

import dev.hairpin.path.Hook;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A table of one IP family: its built-in chains and those of its users. Immutable. */
public final class Table {

  private static final Comparator<Chain> BY_NAME = Comparator.comparing(Chain::name);

  private final TableName name;
  private final ChainMap chains;

  /** What a chain reads as here; null if every chain reads as it is. */
  private final @Nullable UnaryOperator<Chain> reading;

  Table(TableName name, ChainMap chains) {
    this(name, chains, null);
  }

  private Table(TableName name, ChainMap chains, @Nullable UnaryOperator<Chain> reading) {
    this.name = name;
    this.chains = chains;
    this.reading = reading;
  }

  /** The same chains, each as it reads. */
  Table readAs(UnaryOperator<Chain> as) {
    return new Table(name, chainMap(), as);
  }

  private Chain read(Chain chain) {
    return reading == null ? chain : reading.apply(chain);
  }

  /**
   * A table as the kernel makes it when it is first used: its built-in chains, empty, with policy
   * {@code ACCEPT}.
   *
   * @param name which table
   * @return the table
   */
  public static Table fresh(TableName name) {
    List<Chain> builtIn = new ArrayList<>();
    for (Hook hook : name.hooks()) {
      builtIn.add(new Chain(hook.name(), Policy.ACCEPT, Counters.ZERO, List.of()));
    }
    return new Table(name, ChainMap.EMPTY.changed(List.of(), builtIn));
  }

  /**
   * Which table it is.
   *
   * @return the name
   */
  public TableName name() {
    return name;
  }

  /**
   * How many chains there are.
   *
   * @return the number, built-in chains included
   */
  public int size() {
    return chains.size();
  }

  /**
   * Finds a chain.
   *
   * @param chain its name
   * @return the chain, or nothing
   */
  public Optional<Chain> chain(String chain) {
    return Optional.ofNullable(find(chain));
  }

  /**
   * Finds a chain where a missing one is common.
   *
   * @param chain its name
   * @return the chain, or null
   */
  public @Nullable Chain find(String chain) {
    @Nullable Chain found = chains.get(chain);
    return found == null ? null : read(found);
  }

  /**
   * The chains as legacy iptables-save lists them: the built-in ones in the order of their hooks,
   * then the users' by name.
   *
   * @return the chains; a new list
   */
  public List<Chain> chains() {
    List<Chain> ordered = new ArrayList<>(chains.size());
    for (Hook hook : name.hooks()) {
      @Nullable Chain builtIn = chains.get(hook.name());
      if (builtIn != null) {
        ordered.add(read(builtIn));
      }
    }
    List<Chain> users = new ArrayList<>(chains.size());
    chains.forEach(chain -> {
      if (!name.isBuiltIn(chain.name())) {
        users.add(read(chain));
      }
    });
    users.sort(BY_NAME);
    ordered.addAll(users);
    return ordered;
  }

  /**
   * A copy with other chains. That jumps lead to chains which exist, and never in a circle, is the
   * caller's care; {@link RuleSet#restore} checks it for text.
   *
   * @param removed the names of chains that are gone
   * @param put the new chains, which replace those of the same name
   * @return the copy; it shares what did not change
   */
  public Table withChains(Collection<String> removed, Collection<Chain> put) {
    return new Table(name, chainMap().changed(removed, put));
  }

  /**
   * The chains that are not the same objects as in another table: changed, new or gone. Quick where
   * one table is a changed copy of the other. Tables of {@link RuleSet#readAs} are compared with
   * those that read the same way.
   *
   * @param before the other table
   * @return their names, each once
   */
  public List<String> changedSince(Table before) {
    return reading == before.reading
        ? chains.changedSince(before.chains)
        : chainMap().changedSince(before.chainMap());
  }

  ChainMap chainMap() {
    return reading == null ? chains : chains.readAs(reading);
  }

  void appendTo(StringBuilder out, boolean withCounters) {
    List<Chain> ordered = chains();
    out.append('*').append(name).append('\n');
    for (Chain chain : ordered) {
      out.append(':').append(chain.name()).append(' ').append(chain.policy());
      out.append(' ').append(chain.counters()).append('\n');
    }
    for (Chain chain : ordered) {
      for (Rule rule : chain.rules()) {
        if (withCounters) {
          out.append(rule.counters()).append(' ');
        }
        rule.appendTo(out, chain.name());
        out.append('\n');
      }
    }
    out.append("COMMIT\n");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Table table && name == table.name && chains().equals(table.chains());
  }

  @Override
  public int hashCode() {
    return chains().hashCode();
  }

  /** The table as iptables-save prints it, without counters of rules. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    appendTo(out, false);
    return out.toString();
  }
}
