package dev.hairpin.path.fast;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.SocketAddress;
import java.util.Arrays;

/**
 * The addresses and ports that connections are translated to, numbered from 0 in the order in which
 * they were first seen.
 *
 * <p>All programs of a {@link ProgramPool} share one list for each family, so that a number means
 * the same endpoint on every node and can index counters. A number is never given to another
 * endpoint: the list grows with the number of different endpoints ever seen, by 6 octets each for
 * IPv4 and 18 for IPv6, and its index by 6; both are up to a quarter larger, so that they need not
 * grow at every turn. Readers of other threads may look up numbers that they got from a program;
 * only the thread that compiles adds.
 */
public final class Targets {
  private final IpFamily family;

  /*
   * The addresses of IPv4 lie alone, since a decision loads one of them and no port; those of IPv6
   * in two halves. The index is open addressing over numbers + 1, at most two thirds full; 0 is
   * free.
   */
  private static final int FIRST_CAPACITY = 16;

  private volatile int[] addresses = new int[0];
  private volatile long[] low = new long[0];
  private volatile long[] high = new long[0];
  private volatile char[] ports = new char[FIRST_CAPACITY];
  private int[] index = new int[FIRST_CAPACITY * 3 / 2];
  private int size;

  Targets(IpFamily family) {
    this.family = family;
    if (family == IpFamily.IPV4) {
      addresses = new int[FIRST_CAPACITY];
    } else {
      low = new long[FIRST_CAPACITY];
      high = new long[FIRST_CAPACITY];
    }
  }

  /** The addresses of IPv4 by number; all numbers given so far are in it. */
  int[] addresses4() {
    return addresses;
  }

  /**
   * How many there are.
   *
   * @return one more than the largest number
   */
  public int size() {
    return size;
  }

  /**
   * The address and port of a number.
   *
   * @param number a number that a program gave
   * @return the endpoint; port 0 if the caller's port stays
   */
  public SocketAddress get(int number) {
    IpAddress address = family == IpFamily.IPV4
        ? IpAddress.v4((int) addressLow(number))
        : IpAddress.v6(addressHigh(number), addressLow(number));
    return new SocketAddress(address, port(number));
  }

  /**
   * The upper half of the address.
   *
   * @param number a number
   * @return the upper 64 bits; 0 for IPv4
   */
  public long addressHigh(int number) {
    return family == IpFamily.IPV4 ? 0 : high[number];
  }

  /**
   * The lower half of the address.
   *
   * @param number a number
   * @return the lower 64 bits, or the 32 bits of IPv4
   */
  public long addressLow(int number) {
    return family == IpFamily.IPV4 ? addresses[number] & 0xffff_ffffL : low[number];
  }

  /**
   * The port.
   *
   * @param number a number
   * @return the port, 0 if the caller's stays
   */
  public int port(int number) {
    return ports[number];
  }

  /**
   * The number of an address and port; adds it if it is new.
   *
   * @param address an address of the family
   * @param port the port, 0 to 65535
   * @return its number
   */
  public int number(IpAddress address, int port) {
    int slot = slot(address.high(), address.low(), port);
    if (index[slot] != 0) {
      return index[slot] - 1;
    }
    if (size == ports.length) {
      grow();
      slot = slot(address.high(), address.low(), port);
    }
    int number = size++;
    ports[number] = (char) port;
    if (family == IpFamily.IPV4) {
      addresses[number] = (int) address.low();
    } else {
      low[number] = address.low();
      high[number] = address.high();
    }
    index[slot] = number + 1;
    return number;
  }

  private int slot(long addressHigh, long addressLow, int port) {
    long hash = hash(addressHigh, addressLow, port) & 0xffff_ffffL;
    int slot = (int) ((hash * index.length) >>> 32);
    while (index[slot] != 0) {
      int n = index[slot] - 1;
      if (addressLow(n) == addressLow && port(n) == port && addressHigh(n) == addressHigh) {
        return slot;
      }
      slot = slot + 1 == index.length ? 0 : slot + 1;
    }
    return slot;
  }

  private static int hash(long high, long low, int port) {
    long h = (low * 0x9e37_79b9_7f4a_7c15L ^ high) * 0xd6e8_feb8_6659_fd93L + port;
    h *= 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 32);
  }

  private void grow() {
    int capacity = size + size / 4 + FIRST_CAPACITY;
    ports = Arrays.copyOf(ports, capacity);
    if (family == IpFamily.IPV4) {
      addresses = Arrays.copyOf(addresses, capacity);
    } else {
      low = Arrays.copyOf(low, capacity);
      high = Arrays.copyOf(high, capacity);
    }
    index = new int[capacity * 3 / 2];
    for (int n = 0; n < size; n++) {
      index[slot(addressHigh(n), addressLow(n), port(n))] = n + 1;
    }
  }

  /**
   * How much memory the list takes, which all programs share.
   *
   * @return octets of its arrays
   */
  public long bytes() {
    return 4L * addresses.length
        + 8L * low.length
        + 8L * high.length
        + 2L * ports.length
        + 4L * index.length;
  }
}
