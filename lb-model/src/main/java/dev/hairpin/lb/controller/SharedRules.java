package dev.hairpin.lb.controller;

import dev.hairpin.lb.aws.IpPermission;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules that bindings need in one security group, each counted as often as it is needed, and
 * what they come to together: one range of ports for each protocol and source group.
 *
 * <p>Adding and taking away cost the logarithm of the number of rules, so that a thousand bindings
 * are not gone through for each of them.
 */
final class SharedRules {
  private final TreeMap<IpPermission, Integer> counts = new TreeMap<>();
  private final Set<IpPermission> fromBlocks = new TreeSet<>();
  private final Map<String, Range> ranges = new TreeMap<>();

  /** The ports of the rules of one protocol and source group, with repetitions. */
  private static final class Range {
    final IpPermission any;
    final TreeMap<Integer, Integer> lowest = new TreeMap<>();
    final TreeMap<Integer, Integer> highest = new TreeMap<>();

    Range(IpPermission any) {
      this.any = any;
    }

    /** Port 0 stands for all ports. */
    void count(IpPermission rule, int by) {
      boolean all = rule.fromPort() == 0 && rule.toPort() == 0;
      add(lowest, rule.fromPort(), by);
      add(highest, all ? 65_535 : rule.toPort(), by);
    }

    IpPermission whole() {
      return new IpPermission(
          any.protocol(), lowest.firstKey(), highest.lastKey(), any.source(), any.description());
    }
  }

  private static <K> int add(Map<K, Integer> counts, K key, int by) {
    Integer left = counts.merge(key, by, (a, b) -> a + b == 0 ? null : a + b);
    return left == null ? 0 : left;
  }

  SharedRules copy() {
    SharedRules copy = new SharedRules();
    counts.forEach(copy::count);
    return copy;
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  /** A rule is needed once more or, with a negative number, less often. */
  void count(IpPermission rule, int by) {
    boolean was = counts.containsKey(rule);
    boolean is = add(counts, rule, by) != 0;
    if (was == is) {
      return;
    }
    if (!rule.fromGroup()) {
      if (is) {
        fromBlocks.add(rule);
      } else {
        fromBlocks.remove(rule);
      }
      return;
    }
    String key = rule.protocol() + "|" + rule.source();
    Range range = ranges.computeIfAbsent(key, k -> new Range(rule));
    range.count(rule, is ? 1 : -1);
    if (range.lowest.isEmpty()) {
      ranges.remove(key);
    }
  }

  /** Every rule as it is needed. */
  Set<IpPermission> separate() {
    return Collections.unmodifiableSet(counts.keySet());
  }

  /** From the lowest to the highest port for each protocol and source group. */
  Set<IpPermission> merged() {
    Set<IpPermission> result = new TreeSet<>(fromBlocks);
    ranges.values().forEach(r -> result.add(r.whole()));
    return result;
  }
}
