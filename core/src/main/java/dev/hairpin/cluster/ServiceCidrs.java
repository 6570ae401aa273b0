package dev.hairpin.cluster;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/*
 * Blocks may overlap, and an address that is taken is taken in every block that has it, as one IPAddress object
 * stands for it whatever its block; so each allocator is marked.
 */
/** The blocks that ClusterIPs come from, of one or two families. Not thread-safe. */
final class ServiceCidrs {

  /** A block, and whether new addresses may come from it. */
  private static final class Block {
    private final AddressAllocator allocator;
    private boolean ready = true;

    Block(AddressAllocator allocator) {
      this.allocator = allocator;
    }
  }

  private final List<IpFamily> families;
  private final ApiFeatures features;
  private final LongUnaryOperator draw;
  private final List<Block> blocks = new ArrayList<>();

  /** @param families the families that the server was started with, the default one first */
  ServiceCidrs(List<IpFamily> families, ApiFeatures features, LongUnaryOperator draw) {
    this.families = List.copyOf(families);
    this.features = features;
    this.draw = draw;
  }

  ServiceCidrs copy(LongUnaryOperator newDraw) {
    ServiceCidrs copy = new ServiceCidrs(families, features, newDraw);
    for (Block block : blocks) {
      Block same = new Block(block.allocator.copy(newDraw));
      same.ready = block.ready;
      copy.blocks.add(same);
    }
    return copy;
  }

  /** The object that says that a Service has an address. */
  static IpAddressObject object(IpAddress address, ObjectKey service) {
    ObjectMeta meta = ObjectMeta.of("", address.toString())
        .withLabels(Map.of(
            "ipaddress.kubernetes.io/ip-family",
            address.family().toString(),
            "ipaddress.kubernetes.io/managed-by",
            "ipallocator.k8s.io"));
    return new IpAddressObject(
        meta,
        new IpAddressObject.ParentReference("", "services", service.namespace(), service.name()));
  }

  IpFamily defaultFamily() {
    return families.get(0);
  }

  boolean isDualStack() {
    return families.size() > 1;
  }

  boolean has(String family) {
    return families.stream().anyMatch(f -> f.toString().equals(family));
  }

  /** Adds a block; addresses that other blocks have given out are taken in it too. */
  void add(Cidr cidr) {
    Block added = new Block(new AddressAllocator(cidr, !features.ipAddressObjects(), draw));
    for (Block block : blocks) {
      block.allocator.forEachAllocated(address -> take(added, address));
    }
    blocks.add(added);
  }

  private static void take(Block block, IpAddress address) {
    if (block.allocator.contains(address) && !block.allocator.has(address)) {
      block.allocator.allocate(address);
    }
  }

  boolean contains(Cidr cidr) {
    return blocks.stream().anyMatch(b -> b.allocator.cidr().equals(cidr));
  }

  void setReady(Cidr cidr, boolean ready) {
    blocks.stream().filter(b -> b.allocator.cidr().equals(cidr)).forEach(b -> b.ready = ready);
  }

  void remove(Cidr cidr) {
    blocks.removeIf(b -> b.allocator.cidr().equals(cidr));
  }

  /** Whether a block has addresses in use that no other ready block has. */
  boolean isNeeded(Cidr cidr) {
    for (Block block : blocks) {
      if (block.allocator.cidr().equals(cidr)) {
        List<IpAddress> orphans = new ArrayList<>();
        block.allocator.forEachAllocated(address -> {
          if (blocks.stream()
              .noneMatch(b -> b != block && b.ready && b.allocator.contains(address))) {
            orphans.add(address);
          }
        });
        return !orphans.isEmpty();
      }
    }
    return false;
  }

  /** Marks an address as taken, whoever gave it out. */
  void take(IpAddress address) {
    blocks.forEach(block -> take(block, address));
  }

  void allocate(IpAddress address) {
    checkRange(address);
    if (blocks.stream().anyMatch(b -> b.allocator.has(address))) {
      throw new AllocationException("provided IP is already allocated");
    }
    take(address);
  }

  /** Whether an address is in a block, ready or not. */
  boolean covers(IpAddress address) {
    return blocks.stream().anyMatch(b -> b.allocator.contains(address));
  }

  /** Refuses an address that is in no block, in the words of the allocator in use. */
  void checkRange(IpAddress address) {
    if (features.ipAddressObjects()) {
      if (blocks.stream().noneMatch(b -> b.ready && b.allocator.contains(address))) {
        throw new AllocationException("the provided network does not match the current range");
      }
      return;
    }
    for (Block block : blocks) {
      if (block.allocator.cidr().family() == address.family()) {
        block.allocator.checkRange(address);
        return;
      }
    }
  }

  /**
   * Refuses an address as a dry run does: it asks one of the blocks alone. Which one is left to
   * chance; here it is one that has the address, or else the first.
   */
  void checkDryRun(IpAddress address) {
    List<Block> ofFamily = blocks.stream()
        .filter(b -> b.allocator.cidr().family() == address.family())
        .toList();
    if (ofFamily.stream().noneMatch(b -> b.ready && b.allocator.contains(address))) {
      ofFamily.stream().findFirst().ifPresent(b -> b.allocator.checkRange(address));
    }
  }

  IpAddress allocateNext(IpFamily family) {
    for (Block block : blocks) {
      if (block.ready && block.allocator.cidr().family() == family && block.allocator.free() > 0) {
        IpAddress address = block.allocator.allocateNext();
        take(address);
        return address;
      }
    }
    throw AllocationException.full();
  }

  /** What a dry run shows for an address that would be chosen: the base of the block. */
  IpAddress dryRunAddress(IpFamily family) {
    return blocks.stream()
        .filter(b -> b.ready && b.allocator.cidr().family() == family)
        .map(b -> b.allocator.cidr().address())
        .findFirst()
        .orElseThrow(AllocationException::full);
  }

  void release(IpAddress address) {
    blocks.forEach(b -> b.allocator.release(address));
  }

  /** The addresses in use, IPv4 first, sorted. */
  List<IpAddress> allocated() {
    TreeSet<IpAddress> all = new TreeSet<>();
    blocks.forEach(b -> b.allocator.forEachAllocated(all::add));
    return List.copyOf(all);
  }

  IpAddress first(IpFamily family) {
    return blocks.stream()
        .filter(b -> b.allocator.cidr().family() == family)
        .map(b -> b.allocator.first())
        .findFirst()
        .orElseThrow(AllocationException::full);
  }
}
