package dev.hairpin.iptables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Chains by name. Immutable: a changed copy shares what did not change. */
final class ChainMap {

  /*
   * A hash table whose buckets are small arrays. A copy with k changed chains copies the array of
   * buckets and k buckets, so that one endpoint's change in a table of 100,000 chains costs
   * microseconds and leaves the older map as it was. A bucket holds the hashes of the names beside
   * the chains, so that a look-up loads one chain and one name, not those of half the bucket.
   */
  private static final int CHAINS_PER_BUCKET = 8;

  private static final Bucket NO_CHAINS = new Bucket(new int[0], new Chain[0]);

  static final ChainMap EMPTY = new ChainMap(newBuckets(0), 0);

  /** Some chains, with the hashes of their names. Immutable. */
  private static final class Bucket {
    final int[] hashes;
    final Chain[] chains;

    Bucket(int[] hashes, Chain[] chains) {
      this.hashes = hashes;
      this.chains = chains;
    }

    int find(String name) {
      int hash = name.hashCode();
      for (int i = 0; i < hashes.length; i++) {
        if (hashes[i] == hash && chains[i].name().equals(name)) {
          return i;
        }
      }
      return -1;
    }

    Bucket with(Chain chain) {
      int at = find(chain.name());
      int length = at < 0 ? chains.length + 1 : chains.length;
      int[] someHashes = Arrays.copyOf(hashes, length);
      Chain[] someChains = Arrays.copyOf(chains, length);
      someHashes[at < 0 ? length - 1 : at] = chain.name().hashCode();
      someChains[at < 0 ? length - 1 : at] = chain;
      return new Bucket(someHashes, someChains);
    }

    Bucket without(int at) {
      int length = chains.length - 1;
      int[] otherHashes = Arrays.copyOf(hashes, length);
      Chain[] otherChains = Arrays.copyOf(chains, length);
      System.arraycopy(hashes, at + 1, otherHashes, at, length - at);
      System.arraycopy(chains, at + 1, otherChains, at, length - at);
      return new Bucket(otherHashes, otherChains);
    }
  }

  private final Bucket[] buckets;
  private final int size;

  private ChainMap(Bucket[] buckets, int size) {
    this.buckets = buckets;
    this.size = size;
  }

  private static Bucket[] newBuckets(int chains) {
    int count = Math.max(4, Integer.highestOneBit(chains / CHAINS_PER_BUCKET + 1) << 1);
    Bucket[] buckets = new Bucket[count];
    Arrays.fill(buckets, NO_CHAINS);
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
    Bucket bucket = buckets[bucketOf(name, buckets.length)];
    int at = bucket.find(name);
    return at < 0 ? null : bucket.chains[at];
  }

  void forEach(Consumer<Chain> action) {
    for (Bucket bucket : buckets) {
      for (Chain chain : bucket.chains) {
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
    Bucket[] copy = size + put.size() > buckets.length * CHAINS_PER_BUCKET
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

  /** A copy in which each chain is replaced by what it reads as; their names stay. */
  ChainMap readAs(UnaryOperator<Chain> reading) {
    Bucket[] copy = new Bucket[buckets.length];
    for (int i = 0; i < copy.length; i++) {
      Chain[] read = buckets[i].chains.clone();
      for (int c = 0; c < read.length; c++) {
        read[c] = reading.apply(read[c]);
      }
      copy[i] = new Bucket(buckets[i].hashes, read);
    }
    return new ChainMap(copy, size);
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
      for (Chain chain : buckets[i].chains) {
        if (before.get(chain.name()) != chain) {
          names.add(chain.name());
        }
      }
      if (alike) {
        addMissing(before.buckets[i], names);
      }
    }
    if (!alike) {
      for (Bucket bucket : before.buckets) {
        addMissing(bucket, names);
      }
    }
    return names;
  }

  private void addMissing(Bucket bucket, List<String> names) {
    for (Chain chain : bucket.chains) {
      if (get(chain.name()) == null) {
        names.add(chain.name());
      }
    }
  }

  private Bucket[] rehashed(int chains) {
    Bucket[] copy = newBuckets(chains);
    forEach(chain -> put(copy, chain));
    return copy;
  }

  private static int put(Bucket[] buckets, Chain chain) {
    int at = bucketOf(chain.name(), buckets.length);
    Bucket old = buckets[at];
    buckets[at] = old.with(chain);
    return buckets[at].chains.length - old.chains.length;
  }

  private static int remove(Bucket[] buckets, String name) {
    int at = bucketOf(name, buckets.length);
    int found = buckets[at].find(name);
    if (found < 0) {
      return 0;
    }
    buckets[at] = buckets[at].without(found);
    return -1;
  }
}
