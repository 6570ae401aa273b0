package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.collect.ForkableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chains that no port has any more, and that are still there. Immutable. */
final class StaleChains {
  static final StaleChains NONE = new StaleChains(new ForkableMap<>());

  /** Each name by itself. In a large cluster there may be many of them for a while. */
  private final ForkableMap<String, String> names;

  private StaleChains(ForkableMap<String, String> names) {
    this.names = names;
  }

  static StaleChains of(Collection<String> names) {
    return NONE.with(names);
  }

  boolean contains(String name) {
    return names.containsKey(name);
  }

  StaleChains with(Collection<String> more) {
    if (more.isEmpty()) {
      return this;
    }
    ForkableMap<String, String> copy = names.frozenCopy();
    more.forEach(name -> copy.put(name, name));
    return new StaleChains(copy);
  }

  StaleChains without(Collection<String> some) {
    if (names.isEmpty() || some.stream().noneMatch(names::containsKey)) {
      return this;
    }
    ForkableMap<String, String> copy = names.frozenCopy();
    some.forEach(copy::remove);
    return copy.isEmpty() ? NONE : new StaleChains(copy);
  }

  List<String> sorted() {
    List<String> all = new ArrayList<>(names.size());
    names.forEach((name, same) -> all.add(name));
    all.sort(null);
    return all;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof StaleChains chains
            && names.size() == chains.names.size()
            && sorted().equals(chains.sorted()));
  }

  @Override
  public int hashCode() {
    return names.size();
  }

  @Override
  public String toString() {
    return sorted().toString();
  }
}
