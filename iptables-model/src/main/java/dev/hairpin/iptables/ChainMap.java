package dev.hairpin.iptables;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Chains by name. Immutable: a changed copy shares what did not change. */
final class ChainMap {

  /*
   * A hash table whose buckets are small arrays. A copy with k changed chains copies the array of
   * buckets and k buckets, so that one endpoint's change in a table of 100,000 chains costs
   * microseconds and leaves the older map as it was.
   */
  private static final int CHAINS_PER_BUCKET = 8;
  private static final Chain[] NO_CHAINS = {};

  static final ChainMap EMPTY = new ChainMap(newBuckets(0), 0);

  private final Chain[][] buckets;
  private final int size;

  private ChainMap(Chain[][] buckets, int size) {
    this.buckets = buckets;
    this.size = size;
  }

  private static Chain[][] newBuckets(int chains) {
    int count = Math.max(4, Integer.highestOneBit(chains / CHAINS_PER_BUCKET + 1) << 1);
    Chain[][] buckets = new Chain[count][];
    java.util.Arrays.fill(buckets, NO_CHAINS);
    return buckets;
  }

  private static int bucketOf(String name, int count) {
    int hash = name.hashCode() * 0x9e3779b9;
    return (hash >>> 7) & (count - 1);
  }

  int size() {
    return size;
  }

  @Nullable
  Chain get(String name) {
    for (Chain chain : buckets[bucketOf(name, buckets.length)]) {
      if (chain.name().equals(name)) {
        return chain;
      }
    }
    return null;
  }

  void forEach(Consumer<Chain> action) {
    for (Chain[] bucket : buckets) {
      for (Chain chain : bucket) {
        action.accept(chain);
      }
    }
  }

  List<Chain> toList() {
    List<Chain> all = new ArrayList<>(size);
    forEach(all::add);
    return all;
  }

  /** A copy without some chains and then with others, which replace those of the same name. */
  ChainMap changed(Collection<String> removed, Collection<Chain> put) {
    if (removed.isEmpty() && put.isEmpty()) {
      return this;
    }
    Chain[][] copy = size + put.size() > buckets.length * CHAINS_PER_BUCKET
        ? rehashed(size + put.size())
        : buckets.clone();
    int newSize = size;
    for (String name : removed) {
      newSize += remove(copy, name);
    }
    for (Chain chain : put) {
      newSize += put(copy, chain);
    }
    return new ChainMap(copy, newSize);
  }

  /** The names of chains that are another object in one of two maps, or in one only. */
  @SuppressWarnings("ReferenceEquality") // copies share the buckets that did not change
  List<String> changedSince(ChainMap before) {
    List<String> names = new ArrayList<>();
    boolean alike = before.buckets.length == buckets.length;
    for (int i = 0; i < buckets.length; i++) {
      if (alike && buckets[i] == before.buckets[i]) {
        continue;
      }
      for (Chain chain : buckets[i]) {
        if (before.get(chain.name()) != chain) {
          names.add(chain.name());
        }
      }
      if (alike) {
        addMissing(before.buckets[i], names);
      }
    }
    if (!alike) {
      for (Chain[] bucket : before.buckets) {
        addMissing(bucket, names);
      }
    }
    return names;
  }

  private void addMissing(Chain[] bucket, List<String> names) {
    for (Chain chain : bucket) {
      if (get(chain.name()) == null) {
        names.add(chain.name());
      }
    }
  }

  private Chain[][] rehashed(int chains) {
    Chain[][] copy = newBuckets(chains);
    forEach(chain -> put(copy, chain));
    return copy;
  }

  private static int put(Chain[][] buckets, Chain chain) {
    int at = bucketOf(chain.name(), buckets.length);
    Chain[] old = buckets[at];
    for (int i = 0; i < old.length; i++) {
      if (old[i].name().equals(chain.name())) {
        Chain[] bucket = old.clone();
        bucket[i] = chain;
        buckets[at] = bucket;
        return 0;
      }
    }
    Chain[] bucket = java.util.Arrays.copyOf(old, old.length + 1);
    bucket[old.length] = chain;
    buckets[at] = bucket;
    return 1;
  }

  private static int remove(Chain[][] buckets, String name) {
    int at = bucketOf(name, buckets.length);
    Chain[] old = buckets[at];
    for (int i = 0; i < old.length; i++) {
      if (old[i].name().equals(name)) {
        Chain[] bucket = new Chain[old.length - 1];
        System.arraycopy(old, 0, bucket, 0, i);
        System.arraycopy(old, i + 1, bucket, i, old.length - 1 - i);
        buckets[at] = bucket;
        return -1;
      }
    }
    return 0;
  }
}
