package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What runs a node's rules: the walker, with what its rules have counted and whom they remember,
 * and the compiler of the fast path. Not thread-safe.
 */
final class NodeKernel {
  private final Map<IpFamily, RuleCompiler> compilers = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, RuleSet> walked = new EnumMap<>(IpFamily.class);
  private @Nullable RuleWalker walker;

  /** The walker of the rules as they are now; the same object while they do not change. */
  @SuppressWarnings("ReferenceEquality") // rules that did not change are the same object
  RuleWalker walker(NodeProxy proxy) {
    @Nullable RuleWalker current = walker;
    boolean copied = false;
    for (IpFamily family : IpFamily.values()) {
      @Nullable RuleSet rules = proxy.proxier(family).map(Proxier::ruleSet).orElse(null);
      if (rules == null || rules == walked.get(family)) {
        continue;
      }
      if (current == null) {
        current = new RuleWalker(rules);
        copied = true;
      } else {
        if (!copied) {
          current = current.copy();
          copied = true;
        }
        current.load(rules);
      }
      walked.put(family, rules);
    }
    if (current == null) {
      throw new IllegalStateException("a node has at least one IP family");
    }
    walker = current;
    return current;
  }

  /** The program of the rules as they are now; nothing if the node does not have the family. */
  Optional<DecisionProgram> program(
      RunningProxy running,
      IpFamily family,
      Collection<IpAddress> furtherAddresses,
      ProgramPool pool) {
    return running.proxy().proxier(family).map(proxier -> {
      RuleCompiler compiler =
          compilers.computeIfAbsent(family, f -> new RuleCompiler(pool, f, running.blocks()));
      List<IpAddress> addresses = new ArrayList<>(running.addresses());
      addresses.addAll(furtherAddresses);
      compiler.localAddresses(addresses);
      return compiler.compile(proxier.ruleSet());
    });
  }
}
