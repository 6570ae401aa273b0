package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BandedPoolTest {

  @Property(tries = 6)
  void aMillionTakesAndReleasesKeepTheBooks(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 1_048_574) int size) {
    int operations = 1_000_000;
    SplittableRandom random = new SplittableRandom(seed);
    BandedPool pool = new BandedPool(size, Math.min(size, 256), random.split()::nextLong);
    BitSet model = new BitSet(size);
    int[] held = new int[size];
    int count = 0;
    for (int i = 0; i < operations; i++) {
      if (random.nextInt(5) < 3) {
        long taken = pool.takeNext();
        if (taken < 0) {
          assertThat(count).isEqualTo(size);
        } else {
          if (model.get((int) taken)) {
            throw new AssertionError("number " + taken + " is given out twice");
          }
          model.set((int) taken);
          held[count++] = (int) taken;
        }
      } else if (count > 0) {
        int at = random.nextInt(count);
        int released = held[at];
        held[at] = held[--count];
        pool.release(released);
        model.clear(released);
        if (pool.has(released)) {
          throw new AssertionError("number " + released + " is still taken");
        }
      }
      if (pool.used() != count || pool.free() != size - count) {
        throw new AssertionError(pool.used() + " used and " + pool.free() + " free of " + size
            + ", but " + count + " are held");
      }
    }
    BitSet found = new BitSet(size);
    pool.forEachTaken(n -> found.set((int) n));
    assertThat(found).isEqualTo(model);
  }

  @Property(tries = 50)
  void theNextFreeNumberIsWhatACountingSearchFinds(
      @ForAll List<@IntRange(max = 20_000) Integer> taken,
      @ForAll @IntRange(max = 20_000) int from) {
    SparseBitSet set = new SparseBitSet();
    BitSet model = new BitSet();
    taken.forEach(n -> {
      for (int i = n; i < n + 300; i++) {
        set.add(i);
        model.set(i);
      }
    });
    int expected = model.nextClearBit(from);

    assertThat(set.nextClear(from, 20_300)).isEqualTo(expected < 20_300 ? expected : -1);
  }

  @Test
  void aCopyAndItsOriginalGoTheirOwnWays() {
    SparseBitSet original = new SparseBitSet();
    original.add(5);
    SparseBitSet copy = original.copy();

    copy.add(6);
    original.remove(5);

    assertThat(original.contains(6)).isFalse();
    assertThat(copy.contains(5)).isTrue();
    assertThat(copy.size()).isEqualTo(2);
    assertThat(original.size()).isZero();
  }

  @Test
  void anOriginalThatWritesFirstLeavesItsCopyAlone() {
    SparseBitSet original = new SparseBitSet();
    original.add(5);
    SparseBitSet copy = original.copy();

    original.add(7);

    assertThat(copy.contains(7)).isFalse();
    assertThat(original.contains(7)).isTrue();
  }

  @Test
  void aSlash12GivesOutItsLastAddress() {
    AddressAllocator allocator =
        new AddressAllocator(Cidr.parse("10.96.0.0/12"), false, new SplittableRandom(1));
    long all = allocator.free();
    for (long i = 0; i < all; i++) {
      allocator.allocateNext();
    }
    IpAddress freed = IpAddress.parse("10.103.7.9");
    allocator.release(freed);

    assertThat(allocator.allocateNext()).isEqualTo(freed);
    assertThatThrownBy(allocator::allocateNext)
        .isInstanceOf(AllocationException.class)
        .hasMessage("range is full");
  }

  @Test
  void automaticChoiceEntersTheStaticBandOnlyWhenTheOtherIsFull() {
    PortAllocator allocator =
        new PortAllocator(new PortRange(30_000, 30_016), new SplittableRandom(7));

    assertThat(allocator.allocateNext()).isEqualTo(30_016);
    assertThat(allocator.allocateNext()).isBetween(30_000, 30_015);
    assertThat(allocator.free()).isEqualTo(15);
  }

  @Test
  void aSlash64HasRoomBeyondCounting() {
    AddressAllocator allocator =
        new AddressAllocator(Cidr.parse("fd00::/64"), false, new SplittableRandom(3));

    IpAddress address = allocator.allocateNext();

    assertThat(Cidr.parse("fd00::/64").contains(address)).isTrue();
    assertThat(allocator.has(address)).isTrue();
    allocator.release(address);
    assertThat(allocator.used()).isZero();
  }

  @Test
  void theBitmapNamesItsRange() {
    AddressAllocator allocator =
        new AddressAllocator(Cidr.parse("10.96.0.0/24"), true, new SplittableRandom(1));

    assertThatThrownBy(() -> allocator.allocate(IpAddress.parse("10.97.0.10")))
        .hasMessage("the provided IP (10.97.0.10) is not in the valid range. The range of valid IPs"
            + " is 10.96.0.0/24");
  }
}
