package dev.hairpin.cluster;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/*
 * A set of numbers from 0 to 2^63-1 in pages of 4,096 bits: 64 words, and one more word that says which of
 * them are full. Looking for a free number skips a full word by a bit of the summary and a full page by its
 * count, so that the last free address of a /12 (256 pages) is found in 256 look-ups at most, and a /64 that
 * holds a few thousand addresses costs a few pages. Pages are shared between copies until one of them writes.
 */
/** A growing set of numbers that finds free ones fast. Not thread-safe. */
final class SparseBitSet {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final long FULL = -1;

  private static final class Page {
    private final long[] words;
    private long fullWords;
    private int count;
    private final Object owner;

    Page(Object owner, long[] words, long fullWords, int count) {
      this.owner = owner;
      this.words = words;
      this.fullWords = fullWords;
      this.count = count;
    }
  }

  private final Long2ObjectOpenHashMap<Page> pages;
  private Object owner = new Object();
  private long size;

  SparseBitSet() {
    pages = new Long2ObjectOpenHashMap<>();
  }

  private SparseBitSet(Long2ObjectOpenHashMap<Page> pages, long size) {
    this.pages = pages;
    this.size = size;
  }

  /**
   * An independent copy; costs a reference per page now, and a page when either side writes to it.
   */
  SparseBitSet copy() {
    // neither side owns the shared pages any more: whoever writes first copies
    owner = new Object();
    return new SparseBitSet(pages.clone(), size);
  }

  long size() {
    return size;
  }

  boolean contains(long number) {
    @Nullable Page page = pages.get(number >> PAGE_BITS);
    return page != null && (page.words[word(number)] & (1L << number)) != 0;
  }

  /** Adds a number; false if it was there. */
  boolean add(long number) {
    if (contains(number)) {
      return false;
    }
    Page page = ownPage(number >> PAGE_BITS);
    int word = word(number);
    page.words[word] |= 1L << number;
    if (page.words[word] == FULL) {
      page.fullWords |= 1L << word;
    }
    page.count++;
    size++;
    return true;
  }

  /** Removes a number; false if it was not there. */
  boolean remove(long number) {
    if (!contains(number)) {
      return false;
    }
    long key = number >> PAGE_BITS;
    Page page = ownPage(key);
    int word = word(number);
    page.words[word] &= ~(1L << number);
    page.fullWords &= ~(1L << word);
    size--;
    if (--page.count == 0) {
      pages.remove(key);
    }
    return true;
  }

  private Page ownPage(long key) {
    @Nullable Page page = pages.get(key);
    if (page == null) {
      page = new Page(owner, new long[PAGE_SIZE / Long.SIZE], 0, 0);
      pages.put(key, page);
    } else if (page.owner != owner) {
      page = new Page(owner, page.words.clone(), page.fullWords, page.count);
      pages.put(key, page);
    }
    return page;
  }

  private static int word(long number) {
    return (int) (number & (PAGE_SIZE - 1)) >> 6;
  }

  /**
   * The lowest number from {@code from} to {@code to}, not counted in, that is not in the set; -1
   * if none.
   */
  long nextClear(long from, long to) {
    long at = from;
    while (at < to) {
      long key = at >> PAGE_BITS;
      @Nullable Page page = pages.get(key);
      if (page == null) {
        return at;
      }
      long found = page.count == PAGE_SIZE ? -1 : nextClear(page, (int) (at & (PAGE_SIZE - 1)));
      if (found >= 0) {
        long number = (key << PAGE_BITS) + found;
        return number < to ? number : -1;
      }
      at = (key + 1) << PAGE_BITS;
      if (at <= 0) {
        return -1;
      }
    }
    return -1;
  }

  private static int nextClear(Page page, int from) {
    int word = from >> 6;
    long free = ~page.words[word] & (FULL << from);
    if (free == 0) {
      long later = word == 63 ? 0 : ~page.fullWords & (FULL << (word + 1));
      if (later == 0) {
        return -1;
      }
      word = Long.numberOfTrailingZeros(later);
      free = ~page.words[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(free);
  }

  /** Calls back for every number, in rising order. */
  void forEach(LongConsumer action) {
    long[] keys = pages.keySet().toLongArray();
    Arrays.sort(keys);
    for (long key : keys) {
      Page page = pages.get(key);
      for (int word = 0; word < page.words.length; word++) {
        for (long bits = page.words[word]; bits != 0; bits &= bits - 1) {
          action.accept((key << PAGE_BITS) + (word << 6) + Long.numberOfTrailingZeros(bits));
        }
      }
    }
  }
}
