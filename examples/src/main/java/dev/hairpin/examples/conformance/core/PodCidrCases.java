package dev.hairpin.examples.conformance.core;

import dev.hairpin.cluster.ipam.CidrSet;
import dev.hairpin.cluster.ipam.IpamException;
import dev.hairpin.net.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cases of kind {@code cidrset}: the blocks that nodes get for their pods. */
final class PodCidrCases implements CoreCaseRunner {

  @Override
  public Set<String> kinds() {
    return Set.of("cidrset");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    Map<String, Object> actual = new LinkedHashMap<>();
    try {
      CidrSet set = new CidrSet(
          Cidr.parse(String.valueOf(recorded.input().get("clusterCIDR"))),
          Integer.parseInt(String.valueOf(recorded.input().get("nodeMaskSize"))));
      List<String> results = new ArrayList<>();
      for (Object op : recorded.list("ops")) {
        run(set, String.valueOf(op), results);
      }
      actual.put("results", results);
    } catch (IpamException e) {
      actual.put("error", e.getMessage());
    }
    return Trees.firstDifference(recorded.expected(), actual);
  }

  private static void run(CidrSet set, String op, List<String> results) {
    String[] words = op.trim().split("\\s+", -1);
    int times = words[0].equals("next") && words.length > 1 ? Integer.parseInt(words[1]) : 1;
    for (int i = 0; i < times; i++) {
      results.add((words[0].equals("next") ? "next" : op) + " -> " + result(set, words));
    }
  }

  private static String result(CidrSet set, String[] words) {
    try {
      @Nullable
      Cidr block = words.length > 1 && !words[0].equals("next") ? Cidr.parse(words[1]) : null;
      if (block == null) {
        return set.allocateNext().toString();
      }
      if (words[0].equals("release")) {
        set.release(block);
      } else {
        set.occupy(block);
      }
      return "<nil>";
    } catch (IpamException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
