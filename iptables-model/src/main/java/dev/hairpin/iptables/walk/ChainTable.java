package dev.hairpin.iptables.walk;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The chains of a table by name: those that were loaded, which copies share, and over them those
 * that were replaced since. So a copy costs what was replaced and not what was loaded.
 */
final class ChainTable {
  static final ChainTable EMPTY = new ChainTable(Map.of());

  private final Map<String, LoadedChain> loaded;
  private final Map<String, LoadedChain> replaced;

  ChainTable(Map<String, LoadedChain> loaded) {
    this(loaded, new HashMap<>());
  }

  private ChainTable(Map<String, LoadedChain> loaded, Map<String, LoadedChain> replaced) {
    this.loaded = loaded;
    this.replaced = replaced;
  }

  ChainTable copy() {
    return new ChainTable(loaded, new HashMap<>(replaced));
  }

  @Nullable
  LoadedChain get(String name) {
    LoadedChain newer = replaced.get(name);
    return newer != null ? newer : loaded.get(name);
  }

  /** Puts another state of a chain that was loaded in its place. */
  void replace(LoadedChain chain) {
    replaced.put(chain.chain.name(), chain);
  }

  int size() {
    return loaded.size();
  }

  /** The chains as they are now. */
  Collection<LoadedChain> all() {
    Map<String, LoadedChain> all = new HashMap<>(loaded);
    all.putAll(replaced);
    return all.values();
  }
}
