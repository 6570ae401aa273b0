package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the addresses of a name into the order in which a program should try them.
 *
 * <p>Source: RFC 6724 section 6 (glibc still has the tables of RFC 3484). Of the ten rules those
 * are here that a pod can meet: an address that it can send to comes first, then matching scope,
 * matching label, higher precedence, smaller scope, and for IPv6 the longer common prefix with the
 * own address; else the order stays.
 */
final class AddressOrder {
  private static final IpAddress LOOPBACK_V4 = IpAddress.parse("127.0.0.1");
  private static final IpAddress LOOPBACK_V6 = IpAddress.parse("::1");

  /** Label and precedence of the addresses of a prefix. */
  private record Policy(long high, int bits, int precedence, int label) {}

  /** The policies that the libraries agree on; glibc ranks IPv4 lower than the others do. */
  private final int precedenceOfV4;

  private final List<Policy> policies;
  private final Host host;

  private AddressOrder(Host host, int precedenceOfV4, List<Policy> policies) {
    this.host = host;
    this.precedenceOfV4 = precedenceOfV4;
    this.policies = policies;
  }

  static AddressOrder ofGlibc(Host host) {
    return new AddressOrder(
        host,
        10,
        List.of(
            new Policy(0x2001_0000_0000_0000L, 32, 40, 7),
            new Policy(0x2002_0000_0000_0000L, 16, 30, 2),
            new Policy(0xfec0_0000_0000_0000L, 10, 40, 5),
            new Policy(0xfc00_0000_0000_0000L, 7, 40, 6)));
  }

  static AddressOrder ofRfc6724(Host host) {
    return new AddressOrder(
        host,
        35,
        List.of(
            new Policy(0x2001_0000_0000_0000L, 32, 5, 5),
            new Policy(0x2002_0000_0000_0000L, 16, 30, 2),
            new Policy(0xfc00_0000_0000_0000L, 7, 3, 13)));
  }

  List<IpAddress> sort(List<IpAddress> addresses) {
    List<IpAddress> sorted = new ArrayList<>(addresses);
    sorted.sort(Comparator.comparing((IpAddress a) -> source(a) == null)
        .thenComparing(a -> !matches(a, AddressOrder::scope))
        .thenComparing(a -> !matches(a, this::label))
        .thenComparingInt(a -> -precedence(a))
        .thenComparingInt(AddressOrder::scope)
        .thenComparingInt(a -> -commonBits(a)));
    return sorted;
  }

  private interface Property {
    int of(IpAddress address);
  }

  private boolean matches(IpAddress destination, Property property) {
    IpAddress source = source(destination);
    return source != null && property.of(source) == property.of(destination);
  }

  /** The address that packets to a destination leave with, or null if it cannot be reached. */
  private @Nullable IpAddress source(IpAddress destination) {
    if (destination.isLoopback()) {
      return destination.isV4() ? LOOPBACK_V4 : LOOPBACK_V6;
    }
    return host.addresses().stream()
        .filter(a -> a.family() == destination.family())
        .findFirst()
        .orElse(null);
  }

  private int commonBits(IpAddress destination) {
    IpAddress source = source(destination);
    if (source == null || destination.family() == IpFamily.IPV4) {
      return 0;
    }
    return Long.numberOfLeadingZeros(source.high() ^ destination.high());
  }

  private int precedence(IpAddress address) {
    if (address.isV4()) {
      return precedenceOfV4;
    }
    if (address.equals(LOOPBACK_V6)) {
      return 50;
    }
    Policy policy = policy(address);
    return policy == null ? 40 : policy.precedence();
  }

  private int label(IpAddress address) {
    if (address.isV4()) {
      return 4;
    }
    if (address.equals(LOOPBACK_V6)) {
      return 0;
    }
    Policy policy = policy(address);
    return policy == null ? 1 : policy.label();
  }

  private @Nullable Policy policy(IpAddress address) {
    for (Policy policy : policies) {
      if ((address.high() ^ policy.high()) >>> (64 - policy.bits()) == 0) {
        return policy;
      }
    }
    return null;
  }

  /** The scope as RFC 6724 section 3.1 counts it: 2 for link-local and loopback, 14 for global. */
  private static int scope(IpAddress address) {
    boolean linkLocal = address.isV4()
        ? (address.low() >>> 16) == 0xa9feL
        : (address.high() >>> 54) == 0xfe80L >>> 6;
    return linkLocal || address.isLoopback() ? 2 : 14;
  }
}
