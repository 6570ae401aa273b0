package dev.hairpin.iptables.walk;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.AddressRange;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.ConntrackTest;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * By what the rules of a family tell addresses apart: the blocks and ranges that they name.
 *
 * <p>The chains behind the rungs of a {@link dev.hairpin.path.Ladder} are left out; what they do
 * with their own endpoint's address is told by the rung's shape.
 */
final class Likeness {
  /** Loopback, the node's uplink, and bridges that all of a node's pods hang on. */
  private static final Set<String> SHARED_DEVICES = Set.of("lo", "eth0", "cni0", "docker0");

  private final Map<IpAddress, Set<IpAddress>> addressesByMask = new HashMap<>();
  private final Set<AddressRange> ranges = new LinkedHashSet<>();
  private boolean everyAddressCounts;

  Likeness(RuleSet rules) {
    for (dev.hairpin.iptables.Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        if (table.name() != TableName.NAT || Ladders.rung(chain) == null) {
          chain.rules().forEach(rule -> read(rule, table.name()));
        }
      }
    }
  }

  private void read(Rule rule, TableName table) {
    for (Match match : rule.matches()) {
      if (match instanceof Match.Source m) {
        named(m.address());
      } else if (match instanceof Match.Destination m) {
        named(m.address());
      } else if (match instanceof Match.IpRange m) {
        named(m.source());
        named(m.destination());
      } else if (match instanceof Match.Conntrack m) {
        for (ConntrackTest test : m.tests()) {
          if (test instanceof ConntrackTest.Address address) {
            named(address.address());
          }
        }
      } else if (match instanceof Match.InInterface m) {
        everyAddressCounts |= isOfOnePod(m.device());
      } else if (match instanceof Match.OutInterface m) {
        everyAddressCounts |= isOfOnePod(m.device());
      } else if (match instanceof Match.Physdev || match instanceof Match.InSet) {
        everyAddressCounts = true;
      } else if (match instanceof Match.Recent m) {
        // In the nat table the packet's source is always a caller's own, never an endpoint's.
        everyAddressCounts |= m.destination() || table != TableName.NAT;
      }
    }
    everyAddressCounts |= rule.target() instanceof Target.Netmap;
  }

  /** Whether a device may be the end of one pod's wire; a pattern that ends in letters is not. */
  private static boolean isOfOnePod(String device) {
    boolean pattern = device.endsWith("+");
    String name = pattern ? device.substring(0, device.length() - 1) : device;
    return pattern
        ? !name.isEmpty() && Character.isDigit(name.charAt(name.length() - 1))
        : !SHARED_DEVICES.contains(name);
  }

  private void named(AddressMask block) {
    if (!block.matchesAll()) {
      addressesByMask.computeIfAbsent(block.mask(), m -> new HashSet<>()).add(block.address());
    }
  }

  private void named(@Nullable AddressRange range) {
    if (range != null) {
      ranges.add(range);
    }
  }

  /** Something that is equal for two addresses if no rule can tell them apart. */
  Object of(IpAddress address) {
    if (everyAddressCounts) {
      return address;
    }
    List<Object> hits = new ArrayList<>(2);
    addressesByMask.forEach((mask, addresses) -> {
      if (mask.family() == address.family()) {
        IpAddress masked = new IpAddress(
            address.family(), address.high() & mask.high(), address.low() & mask.low());
        if (addresses.contains(masked)) {
          hits.add(new AddressMask(masked, mask));
        }
      }
    });
    for (AddressRange range : ranges) {
      if (range.first().family() == address.family() && range.matches(address)) {
        hits.add(range);
      }
    }
    return List.copyOf(hits);
  }
}
