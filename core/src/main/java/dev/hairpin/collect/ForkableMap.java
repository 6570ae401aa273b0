package dev.hairpin.collect;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A hash map that can be forked.
 *
 * <p>{@link #fork} costs a reference for every 32 to 64 entries. Not thread-safe; but the two sides
 * of a fork may be used by two threads, and a side that nobody writes may be read by many.
 *
 * <p>Values that are changed in place, such as lists, must be asked for with {@link #writable}, so
 * that the other side does not see the change.
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values
 */
public final class ForkableMap<K, V> {

  /*
   * The entries lie in shards, each a small hash map; the upper bits of a key's mixed hash choose the
   * shard. A shard belongs to the map whose token it carries. A fork takes the directory over and both
   * sides take new tokens, so that from then on each copies a shard before it writes to it. A shard that
   * carries no living token is never written again, which is why threads may share it.
   *
   *   shards    [ a | b | - | c ]          length a power of two; null where there is nothing
   *   b.owner   token of this map, or of nobody any more
   *   b.own     keys whose values may be changed in place; null: all
   */
  private static final int MOST_PER_SHARD = 64;
  private static final int MIX = 0x9e37_79b9;

  private static final class Shard<K, V> {
    private final Object owner;
    private final Map<K, V> entries;
    private final @Nullable Set<K> own;

    Shard(Object owner, Map<K, V> entries, @Nullable Set<K> own) {
      this.owner = owner;
      this.entries = entries;
      this.own = own;
    }
  }

  private Object owner = new Object();
  private @Nullable Shard<K, V>[] shards;
  private int size;

  /** An empty map. */
  public ForkableMap() {
    this.shards = directory(1);
  }

  private ForkableMap(ForkableMap<K, V> original) {
    this.shards = original.shards.clone();
    this.size = original.size;
  }

  /*
   * Java has no generic arrays; nothing else is put in. NullAway would have the two array types
   * annotated, of which javac 17 says "Position UNKNOWN in type annotation".
   */
  @SuppressWarnings({"unchecked", "NullAway"})
  private static <K, V> @Nullable Shard<K, V>[] directory(int length) {
    return (Shard<K, V>[]) new Shard<?, ?>[length];
  }

  /**
   * An independent map of the same entries.
   *
   * @return the other side; both may be written from here on
   */
  public ForkableMap<K, V> fork() {
    ForkableMap<K, V> copy = frozenCopy();
    owner = new Object();
    return copy;
  }

  /**
   * A writable copy of a map that nobody writes any more, such as one within a value of a forked
   * map. It leaves this map untouched, so that several threads may copy at once.
   *
   * @return the copy
   */
  public ForkableMap<K, V> frozenCopy() {
    return new ForkableMap<>(this);
  }

  /**
   * Gives up what was put and removed since a fork was made.
   *
   * @param earlier the fork; both may be written from here on
   */
  public void revertTo(ForkableMap<K, V> earlier) {
    ForkableMap<K, V> same = earlier.fork();
    shards = same.shards;
    size = same.size;
    owner = same.owner;
  }

  /**
   * How many entries there are.
   *
   * @return the number
   */
  public int size() {
    return size;
  }

  /**
   * Whether there are none.
   *
   * @return true if the map is empty
   */
  public boolean isEmpty() {
    return size == 0;
  }

  /**
   * Finds a value, to be read.
   *
   * @param key the key
   * @return the value; null if there is none
   */
  public @Nullable V get(K key) {
    Shard<K, V> shard = shards[index(key, shards.length)];
    return shard == null ? null : shard.entries.get(key);
  }

  /**
   * Whether there is a value.
   *
   * @param key the key
   * @return true if there is one
   */
  public boolean containsKey(K key) {
    return get(key) != null;
  }

  /**
   * Finds a value, to be changed in place.
   *
   * @param key the key
   * @param copier makes a copy of a value that the other side of a fork may still see; it must not
   *     change the value that it copies
   * @return the value, which this map alone sees; null if there is none
   */
  public @Nullable V writable(K key, UnaryOperator<V> copier) {
    V value = get(key);
    if (value == null) {
      return null;
    }
    Shard<K, V> shard = own(key);
    if (shard.own != null && shard.own.add(key)) {
      value = copier.apply(value);
      shard.entries.put(key, value);
    }
    return value;
  }

  /**
   * Puts a value that this map alone sees.
   *
   * @param key the key
   * @param value the value
   * @return the value that was there; null if none was
   */
  public @Nullable V put(K key, V value) {
    Shard<K, V> shard = own(key);
    V before = shard.entries.put(key, value);
    if (shard.own != null) {
      shard.own.add(key);
    }
    if (before == null && ++size > shards.length * MOST_PER_SHARD) {
      grow();
    }
    return before;
  }

  /**
   * Puts a value where there is none.
   *
   * @param key the key
   * @param value the value
   * @return the value that was there and stays; null if none was
   */
  public @Nullable V putIfAbsent(K key, V value) {
    V before = get(key);
    return before != null ? before : put(key, value);
  }

  /**
   * Removes an entry.
   *
   * @param key the key
   * @return its value; null if there was none
   */
  public @Nullable V remove(K key) {
    if (get(key) == null) {
      return null;
    }
    Shard<K, V> shard = own(key);
    size--;
    if (shard.own != null) {
      shard.own.remove(key);
    }
    return shard.entries.remove(key);
  }

  /**
   * Removes an entry if it has a value.
   *
   * @param key the key
   * @param value the value
   * @return true if it was so, and is removed
   */
  public boolean remove(K key, V value) {
    if (!value.equals(get(key))) {
      return false;
    }
    remove(key);
    return true;
  }

  /**
   * Calls back for every entry, in no particular order. The values are to be read only.
   *
   * @param action what to call; it must not write to this map
   */
  public void forEach(BiConsumer<? super K, ? super V> action) {
    for (Shard<K, V> shard : shards) {
      if (shard != null) {
        shard.entries.forEach(action);
      }
    }
  }

  /**
   * Puts what another map has.
   *
   * @param others the entries
   */
  public void putAll(Map<? extends K, ? extends V> others) {
    others.forEach(this::put);
  }

  /**
   * Removes all entries but some.
   *
   * @param keys those that stay
   */
  public void retainAll(Collection<K> keys) {
    Set<K> gone = new HashSet<>();
    forEach((key, value) -> {
      if (!keys.contains(key)) {
        gone.add(key);
      }
    });
    gone.forEach(this::remove);
  }

  private int index(K key, int length) {
    return length == 1 ? 0 : (key.hashCode() * MIX) >>> (Integer.numberOfLeadingZeros(length) + 1);
  }

  /** The shard of a key, to be written. */
  private Shard<K, V> own(K key) {
    int index = index(key, shards.length);
    Shard<K, V> shard = shards[index];
    if (shard == null) {
      shard = new Shard<>(owner, new HashMap<>(), null);
      shards[index] = shard;
    } else if (shard.owner != owner) {
      shard = new Shard<>(owner, new HashMap<>(shard.entries), new HashSet<>());
      shards[index] = shard;
    }
    return shard;
  }

  /** Twice as many shards; each is split in two. */
  private void grow() {
    @Nullable Shard<K, V>[] old = shards;
    shards = directory(old.length * 2);
    for (int i = 0; i < old.length; i++) {
      Shard<K, V> shard = old[i];
      if (shard == null) {
        continue;
      }
      boolean mine = shard.owner == owner;
      for (int half = 0; half < 2; half++) {
        boolean allMine = mine && shard.own == null;
        shards[2 * i + half] =
            new Shard<>(owner, new HashMap<>(), allMine ? null : new HashSet<>());
      }
      shard.entries.forEach((key, value) -> {
        Shard<K, V> to = shards[index(key, shards.length)];
        if (to == null) {
          throw new AssertionError("a shard is split into its two neighbours");
        }
        to.entries.put(key, value);
        if (mine && shard.own != null && to.own != null && shard.own.contains(key)) {
          to.own.add(key);
        }
      });
    }
  }

  /** The number of entries. */
  @Override
  public String toString() {
    return size + " entries";
  }
}
