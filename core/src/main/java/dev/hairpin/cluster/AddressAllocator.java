package dev.hairpin.cluster;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * Hands out the ClusterIPs of one block. Not thread-safe.
 *
 * <p>In IPv4 every address but the network's and the broadcast address is used, in IPv6 every
 * address but the network's. Source: {@code ipallocator} of kube-apiserver v1.36.
 */
public final class AddressAllocator {
  /** The bitmap of releases before 1.33 knew this many IPv6 addresses. */
  private static final long BITMAP_LIMIT = 65_535;

  private final Cidr cidr;
  private final boolean bitmap;
  private final BandedPool pool;

  /**
   * An allocator with every address free.
   *
   * @param cidr the block
   * @param bitmap whether it is the bitmap allocator of releases before 1.33, else the one that
   *     keeps an IPAddress object for each address
   * @param random where automatic choice starts its scan
   */
  public AddressAllocator(Cidr cidr, boolean bitmap, SplittableRandom random) {
    this(cidr, bitmap, random::nextLong);
  }

  AddressAllocator(Cidr cidr, boolean bitmap, LongUnaryOperator draw) {
    this(cidr, bitmap, new BandedPool(usable(cidr, bitmap), staticAddresses(cidr), draw));
  }

  private AddressAllocator(Cidr cidr, boolean bitmap, BandedPool pool) {
    this.cidr = cidr;
    this.bitmap = bitmap;
    this.pool = pool;
  }

  AddressAllocator copy(LongUnaryOperator draw) {
    return new AddressAllocator(cidr, bitmap, pool.copy(draw));
  }

  private static long total(Cidr cidr) {
    return cidr.hostBits() >= 63 ? Long.MAX_VALUE : 1L << cidr.hostBits();
  }

  private static long usable(Cidr cidr, boolean bitmap) {
    long all = total(cidr);
    if (cidr.family().addressBits() == 32) {
      return Math.max(0, all - 2);
    }
    long usable = all == Long.MAX_VALUE ? all : all - 1;
    return bitmap ? Math.min(usable, BITMAP_LIMIT) : usable;
  }

  /**
   * How many usable addresses from the first on are the static band of a block, which automatic
   * choice avoids.
   *
   * <p>Source: KEP-3070: none up to 16 addresses, else a 16th of the block, 16 to 256.
   *
   * @param cidr the block
   * @return the number, 0 to 256
   */
  public static int staticAddresses(Cidr cidr) {
    long all = total(cidr);
    return all <= 16 ? 0 : (int) Math.min(256, Math.max(16, all / 16));
  }

  /**
   * The block.
   *
   * @return the block
   */
  public Cidr cidr() {
    return cidr;
  }

  /**
   * The first usable address, which the Service {@code default/kubernetes} takes.
   *
   * @return the address after the network address
   */
  public IpAddress first() {
    return cidr.at(1);
  }

  /**
   * Whether an address may be handed out by this allocator.
   *
   * @param address any address
   * @return true if it is a usable address of the block
   */
  public boolean contains(IpAddress address) {
    return index(address) >= 0;
  }

  /** The number of an address in the pool; -1 if it is not usable. */
  private long index(IpAddress address) {
    if (!cidr.contains(address)) {
      return -1;
    }
    long distance = address.low() - cidr.address().low();
    boolean far = address.high() != cidr.address().high() || distance < 0;
    return far || distance > pool.size() ? -1 : distance - 1;
  }

  /**
   * Takes an address.
   *
   * @param address the address
   * @throws AllocationException if it is taken, or not a usable address of the block
   */
  public void allocate(IpAddress address) {
    checkRange(address);
    if (!pool.take(index(address))) {
      throw new AllocationException("provided IP is already allocated");
    }
  }

  /** Refuses an address that is not usable. */
  void checkRange(IpAddress address) {
    if (!contains(address)) {
      throw new AllocationException("the provided IP ("
          + address
          + ") is not in the valid range. The range of valid IPs is "
          + cidr);
    }
  }

  /**
   * Takes any free address: of the dynamic band while there is one.
   *
   * @return the address
   * @throws AllocationException if every address is taken
   */
  public IpAddress allocateNext() {
    long number = pool.takeNext();
    if (number < 0) {
      throw AllocationException.full();
    }
    return cidr.at(number + 1);
  }

  /**
   * Gives an address back; one that is free or foreign is no error.
   *
   * @param address the address
   */
  public void release(IpAddress address) {
    long index = index(address);
    if (index >= 0) {
      pool.release(index);
    }
  }

  /**
   * Whether an address is taken.
   *
   * @param address any address
   * @return true if it is in the block and taken
   */
  public boolean has(IpAddress address) {
    long index = index(address);
    return index >= 0 && pool.has(index);
  }

  /**
   * How many addresses are free.
   *
   * @return the number; at most {@link Long#MAX_VALUE} for larger blocks
   */
  public long free() {
    return pool.free();
  }

  /**
   * How many addresses are taken.
   *
   * @return the number
   */
  public long used() {
    return pool.used();
  }

  void forEachAllocated(Consumer<IpAddress> action) {
    pool.forEachTaken(number -> action.accept(cidr.at(number + 1)));
  }
}
