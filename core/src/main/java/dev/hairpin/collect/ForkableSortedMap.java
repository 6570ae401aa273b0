package dev.hairpin.collect;

import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map that can be forked, and finds and replaces values as fast as a hash map.
 *
 * <p>{@link #fork} costs three references for every 32 to 64 entries. Not thread-safe; but the two
 * sides of a fork may be used by two threads, and a side that nobody writes may be read by many.
 * Values must not be changed in place.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class ForkableSortedMap<K extends Comparable<? super K>, V> {

  /*
   * A cell holds a key and its value. Cells are found by hash, and listed in the order of their keys in
   * blocks; both lead to the same cell, so that a new value of a known key is written in one place and
   * nothing is searched for in the order. Cells and blocks belong to the map whose token they carry, and are
   * copied before somebody else writes to them, as shards of a ForkableMap are.
   *
   *   hash     app-7 -> (app-7, x)
   *   blocks   [ (app-1, .) (app-3, .) ] [ (app-7, x) (app-8, .) ]     no block is empty
   */
  private static final int MOST_PER_BLOCK = 64;

  private static final class Cell<K, V> {
    private final Object owner;
    private final K key;
    private V value;

    Cell(Object owner, K key, V value) {
      this.owner = owner;
      this.key = key;
      this.value = value;
    }
  }

  private static final class Block<K, V> {
    private final Object owner;
    private Cell<K, V>[] cells;
    private int size;

    Block(Object owner, Cell<K, V>[] cells, int size) {
      this.owner = owner;
      this.cells = cells;
      this.size = size;
    }
  }

  private final ForkableMap<K, Cell<K, V>> byKey;
  private final Values values = new Values();
  private Object owner = new Object();
  private Block<K, V>[] blocks;
  private int blockCount;
  private int restructured;

  /** An empty map. */
  public ForkableSortedMap() {
    this.byKey = new ForkableMap<>();
    this.blocks = directory(1);
  }

  private ForkableSortedMap(ForkableSortedMap<K, V> original, ForkableMap<K, Cell<K, V>> byKey) {
    this.byKey = byKey;
    this.blocks = original.blocks.clone();
    this.blockCount = original.blockCount;
  }

  @SuppressWarnings("unchecked") // Java has no generic arrays; nothing else is put in
  private static <K, V> Block<K, V>[] directory(int length) {
    return (Block<K, V>[]) new Block<?, ?>[length];
  }

  @SuppressWarnings("unchecked") // as above
  private static <K, V> Cell<K, V>[] cells(int length) {
    return (Cell<K, V>[]) new Cell<?, ?>[length];
  }

  /**
   * An independent map of the same entries.
   *
   * @return the other side; both may be written from here on
   */
  public ForkableSortedMap<K, V> fork() {
    ForkableSortedMap<K, V> copy = new ForkableSortedMap<>(this, byKey.fork());
    owner = new Object();
    return copy;
  }

  /**
   * A writable copy of a map that nobody writes any more; see {@link ForkableMap#frozenCopy}.
   *
   * @return the copy
   */
  public ForkableSortedMap<K, V> frozenCopy() {
    return new ForkableSortedMap<>(this, byKey.frozenCopy());
  }

  /**
   * How many entries there are.
   *
   * @return the number
   */
  public int size() {
    return byKey.size();
  }

  /**
   * Whether there are none.
   *
   * @return true if the map is empty
   */
  public boolean isEmpty() {
    return byKey.isEmpty();
  }

  /**
   * Finds a value.
   *
   * @param key the key
   * @return the value; null if there is none
   */
  public @Nullable V get(K key) {
    Cell<K, V> cell = byKey.get(key);
    return cell == null ? null : cell.value;
  }

  /**
   * Puts a value.
   *
   * @param key the key
   * @param value the value
   * @return the value that was there; null if none was
   */
  public @Nullable V put(K key, V value) {
    Cell<K, V> cell = byKey.get(key);
    if (cell == null) {
      Cell<K, V> added = new Cell<>(owner, key, value);
      byKey.put(key, added);
      insert(added);
      return null;
    }
    V before = cell.value;
    if (cell.owner == owner) {
      cell.value = value;
    } else {
      Cell<K, V> mine = new Cell<>(owner, cell.key, value);
      byKey.put(cell.key, mine);
      int b = blockOf(key);
      own(b).cells[position(blocks[b], key)] = mine;
    }
    return before;
  }

  /**
   * Removes an entry.
   *
   * @param key the key
   * @return its value; null if there was none
   */
  public @Nullable V remove(K key) {
    Cell<K, V> cell = byKey.remove(key);
    if (cell == null) {
      return null;
    }
    restructured++;
    int b = blockOf(key);
    Block<K, V> block = own(b);
    int at = position(block, key);
    block.size--;
    System.arraycopy(block.cells, at + 1, block.cells, at, block.size - at);
    Arrays.fill(block.cells, block.size, block.size + 1, null);
    if (block.size == 0) {
      blockCount--;
      System.arraycopy(blocks, b + 1, blocks, b, blockCount - b);
      Arrays.fill(blocks, blockCount, blockCount + 1, null);
    }
    return cell.value;
  }

  /**
   * The values in the order of their keys.
   *
   * @return an unmodifiable view
   */
  public Collection<V> values() {
    return values;
  }

  private void insert(Cell<K, V> cell) {
    restructured++;
    if (blockCount == 0) {
      addBlock(0, cells(4), 0);
    }
    int b = blockOf(cell.key);
    Block<K, V> block = own(b);
    if (block.size == MOST_PER_BLOCK) {
      // keys that come in rising order leave full blocks behind
      int kept = b == blockCount - 1 && cell.key.compareTo(block.cells[block.size - 1].key) > 0
          ? MOST_PER_BLOCK
          : MOST_PER_BLOCK / 2;
      Cell<K, V>[] upper = cells(MOST_PER_BLOCK);
      System.arraycopy(block.cells, kept, upper, 0, MOST_PER_BLOCK - kept);
      Arrays.fill(block.cells, kept, MOST_PER_BLOCK, null);
      block.size = kept;
      addBlock(b + 1, upper, MOST_PER_BLOCK - kept);
      if (kept == MOST_PER_BLOCK || cell.key.compareTo(upper[0].key) > 0) {
        block = blocks[b + 1];
      }
    } else if (block.size == block.cells.length) {
      block.cells = Arrays.copyOf(block.cells, Math.min(MOST_PER_BLOCK, block.size * 2));
    }
    int at = -1 - position(block, cell.key);
    System.arraycopy(block.cells, at, block.cells, at + 1, block.size - at);
    block.cells[at] = cell;
    block.size++;
  }

  private void addBlock(int at, Cell<K, V>[] cells, int size) {
    if (blockCount == blocks.length) {
      blocks = Arrays.copyOf(blocks, blockCount * 2);
    }
    System.arraycopy(blocks, at, blocks, at + 1, blockCount - at);
    blocks[at] = new Block<>(owner, cells, size);
    blockCount++;
  }

  /** The last block that begins at or before a key; the first if none does. */
  private int blockOf(K key) {
    int low = 0;
    int high = blockCount - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (blocks[middle].cells[0].key.compareTo(key) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Where a key is in a block, or -1 less the place where it belongs. */
  private static <K extends Comparable<? super K>, V> int position(Block<K, V> block, K key) {
    int low = 0;
    int high = block.size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = block.cells[middle].key.compareTo(key);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  private Block<K, V> own(int b) {
    Block<K, V> block = blocks[b];
    if (block.owner != owner) {
      block = new Block<>(owner, block.cells.clone(), block.size);
      blocks[b] = block;
    }
    return block;
  }

  /** A view of the values; it fails fast, as those of Java's own maps do. */
  private final class Values extends AbstractCollection<V> {
    @Override
    public int size() {
      return byKey.size();
    }

    @Override
    public Iterator<V> iterator() {
      return new Iterator<>() {
        private final int expected = restructured;
        private int block;
        private int next;

        @Override
        public boolean hasNext() {
          return block < blockCount;
        }

        @Override
        public V next() {
          if (expected != restructured) {
            throw new ConcurrentModificationException(
                "an entry was added or removed while the entries were listed");
          }
          if (block >= blockCount) {
            throw new NoSuchElementException();
          }
          Block<K, V> current = blocks[block];
          V value = current.cells[next++].value;
          if (next == current.size) {
            next = 0;
            block++;
          }
          return value;
        }
      };
    }
  }

  /** The number of entries. */
  @Override
  public String toString() {
    return size() + " entries";
  }
}
