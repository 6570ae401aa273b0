package dev.hairpin.cluster.ipam;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the addresses of each node's own blocks, one of each block to a pod.
 *
 * <p>Source: the {@code host-local} plugin of containernetworking v1. The block's first address is
 * the bridge's. The search begins after the address reserved last and wraps, so that a re-created
 * pod gets the next address, and an address comes back only after all others.
 */
public final class HostLocal implements PodAddresses {

  /** One block of one node. */
  private static final class Range {
    private final IpAddress gateway;
    private final IpAddress last;
    private final Set<IpAddress> used;
    private @Nullable IpAddress reservedLast;

    private Range(Cidr block) {
      this.gateway = block.at(1);
      this.last = block.family() == IpFamily.IPV4 && block.hostBits() > 1
          ? block.last().plus(-1)
          : block.last();
      this.used = new HashSet<>();
    }

    private Range(Range other) {
      this.gateway = other.gateway;
      this.last = other.last;
      this.used = new HashSet<>(other.used);
      this.reservedLast = other.reservedLast;
    }

    private IpAddress next() {
      IpAddress first = after(gateway);
      IpAddress candidate = reservedLast == null ? first : after(reservedLast);
      for (int tries = used.size(); tries >= 0; tries--) {
        if (candidate.equals(gateway)) {
          candidate = after(candidate);
        }
        if (!candidate.equals(gateway) && used.add(candidate)) {
          reservedLast = candidate;
          return candidate;
        }
        candidate = after(candidate);
      }
      throw new IpamException("no IP addresses available in range set: " + gateway + "-" + last);
    }

    private IpAddress after(IpAddress address) {
      return address.compareTo(last) >= 0 ? gateway : address.plus(1);
    }
  }

  private final ForkableMap<String, Map<String, Range>> rangesByNode;

  /** Blocks of which nothing is used. */
  public HostLocal() {
    this(new ForkableMap<>());
  }

  private HostLocal(ForkableMap<String, Map<String, Range>> rangesByNode) {
    this.rangesByNode = rangesByNode;
  }

  @Override
  public List<String> assign(Node node, Pod pod, Instant now) {
    if (node.podCidrs().isEmpty()) {
      throw new IpamException("node " + node.metadata().name() + " has no pod CIDR");
    }
    List<String> addresses = new ArrayList<>();
    try {
      for (String block : node.podCidrs()) {
        addresses.add(range(node, block).next().toString());
      }
    } catch (IpamException e) {
      release(node.metadata().name(), addresses, now); // a pod has an address of each block or none
      throw e;
    }
    return addresses;
  }

  private Range range(Node node, String block) {
    String name = node.metadata().name();
    @Nullable Map<String, Range> ranges = writable(name);
    if (ranges == null) {
      ranges = new HashMap<>();
      rangesByNode.put(name, ranges);
    }
    return ranges.computeIfAbsent(block, b -> new Range(Cidr.parse(b)));
  }

  private @Nullable Map<String, Range> writable(String node) {
    return rangesByNode.writable(node, ranges -> {
      Map<String, Range> copies = new HashMap<>();
      ranges.forEach((block, range) -> copies.put(block, new Range(range)));
      return copies;
    });
  }

  @Override
  public void occupy(Node node, List<String> addresses) {
    for (String block : node.podCidrs()) {
      Cidr cidr = Cidr.parse(block);
      Range range = range(node, block);
      for (String text : addresses) {
        IpAddress.tryParse(text).filter(cidr::contains).ifPresent(address -> {
          range.used.add(address);
          if (range.reservedLast == null || address.compareTo(range.reservedLast) > 0) {
            range.reservedLast = address;
          }
        });
      }
    }
  }

  @Override
  public void release(String nodeName, List<String> addresses, Instant now) {
    @Nullable Map<String, Range> ranges = writable(nodeName);
    if (ranges == null) {
      return;
    }
    for (Range range : ranges.values()) {
      addresses.forEach(text -> IpAddress.tryParse(text).ifPresent(range.used::remove));
    }
  }

  /** An address given back may be had at once, if its turn comes. */
  @Override
  public boolean isRecovering() {
    return false;
  }

  @Override
  public void forget(String nodeName) {
    rangesByNode.remove(nodeName);
  }

  @Override
  public HostLocal copy() {
    return new HostLocal(rangesByNode.fork());
  }
}
