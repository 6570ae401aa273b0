package dev.hairpin.cluster.ipam;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.BitSet;

/**
 * Cuts a cluster's block of pod addresses into one block for each node.
 *
 * <p>Source: {@code pkg/controller/nodeipam/ipam/cidrset}. Blocks are given from a cursor that
 * moves on and wraps, so a released block is given again only after all others. Not thread-safe.
 */
public final class CidrSet {
  private static final int MOST_V6_BITS = 16;
  private static final int MOST_BITS = 30;

  private final Cidr cluster;
  private final int nodeMask;
  private final int blocks;
  private final BitSet used;
  private int next;

  /**
   * A set of which nothing is used.
   *
   * @param cluster the cluster's block
   * @param nodeMask the prefix length of a node's block, by default 24 for IPv4 and 64 for IPv6
   * @throws IpamException if an IPv6 set would have more than 2^16 blocks
   * @throws IllegalArgumentException if the node's block is larger than the cluster's, or smaller
   *     than an address, or there would be more than 2^30
   */
  public CidrSet(Cidr cluster, int nodeMask) {
    int bits = nodeMask - cluster.prefixLength();
    if (cluster.family() == IpFamily.IPV6 && bits > MOST_V6_BITS) {
      throw new IpamException("New CIDR set failed; the node CIDR size is too big");
    }
    if (bits < 0 || bits > MOST_BITS || nodeMask > cluster.family().addressBits()) {
      throw new IllegalArgumentException("node mask size " + nodeMask + " does not fit " + cluster);
    }
    this.cluster = cluster;
    this.nodeMask = nodeMask;
    this.blocks = 1 << bits;
    this.used = new BitSet();
  }

  private CidrSet(CidrSet other) {
    this.cluster = other.cluster;
    this.nodeMask = other.nodeMask;
    this.blocks = other.blocks;
    this.used = (BitSet) other.used.clone();
    this.next = other.next;
  }

  /**
   * An independent copy.
   *
   * @return the copy
   */
  public CidrSet copy() {
    return new CidrSet(this);
  }

  /**
   * Whether a block lies in the cluster's.
   *
   * @param block the block
   * @return true if it does
   */
  public boolean covers(Cidr block) {
    return cluster.contains(block);
  }

  /**
   * Gives out the next free block.
   *
   * @return the block
   * @throws IpamException if all are used
   */
  public Cidr allocateNext() {
    int block = used.nextClearBit(next);
    if (block >= blocks) {
      block = used.nextClearBit(0);
    }
    if (block >= blocks) {
      throw new IpamException(
          "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted"
              + " range");
    }
    used.set(block);
    next = (block + 1) % blocks;
    return Cidr.containing(address(block), nodeMask);
  }

  /**
   * Gives back the blocks that a range covers.
   *
   * @param range the range
   * @throws IpamException if it lies outside the cluster's block
   */
  public void release(Cidr range) {
    used.clear(first(range), last(range) + 1);
  }

  /**
   * Marks the blocks that a range covers as used; some may be used already.
   *
   * @param range the range
   * @throws IpamException if it lies outside the cluster's block
   */
  public void occupy(Cidr range) {
    used.set(first(range), last(range) + 1);
  }

  private int first(Cidr range) {
    if (!cluster.contains(range.address()) && !range.contains(cluster.address())) {
      throw new IpamException("cidr " + range + " is out the range of cluster cidr " + cluster);
    }
    return cluster.prefixLength() < range.prefixLength() ? index(range.address()) : 0;
  }

  private int last(Cidr range) {
    return cluster.prefixLength() < range.prefixLength() ? index(range.last()) : blocks - 1;
  }

  /** The number of the block that holds an address of the cluster's block. */
  private int index(IpAddress address) {
    int shift = cluster.family().addressBits() - nodeMask;
    long low = address.low() ^ cluster.address().low();
    long high = address.high() ^ cluster.address().high();
    if (shift == 0) {
      return (int) low;
    }
    return (int)
        (shift >= Long.SIZE
            ? high >>> (shift - Long.SIZE)
            : (low >>> shift) | (high << (Long.SIZE - shift)));
  }

  private IpAddress address(int block) {
    int shift = cluster.family().addressBits() - nodeMask;
    IpAddress base = cluster.address();
    if (cluster.family() == IpFamily.IPV4) {
      return IpAddress.v4(base.v4Bits() | (block << shift));
    }
    if (shift >= Long.SIZE) {
      return IpAddress.v6(base.high() | ((long) block << (shift - Long.SIZE)), base.low());
    }
    long carried = shift == 0 ? 0 : (long) block >>> (Long.SIZE - shift);
    return IpAddress.v6(base.high() | carried, base.low() | ((long) block << shift));
  }
}
