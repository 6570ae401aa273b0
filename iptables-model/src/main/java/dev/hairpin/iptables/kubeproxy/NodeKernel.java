package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.DecisionProgram;
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

  /** What was compiled last, of rules that other nodes have too. */
  private record Compiled(Written written, List<IpAddress> addresses, DecisionProgram program) {}

  private final Map<IpFamily, RuleCompiler> compilers = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, Compiled> compiled = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, RuleSet> walked = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, OwnBlock> readings = new EnumMap<>(IpFamily.class);
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
      RuleSet read = proxy.proxier(family).map(this::remembered).orElse(rules);
      if (current == null) {
        current = new RuleWalker(read);
        copied = true;
      } else {
        if (!copied) {
          current = current.copy();
          copied = true;
        }
        current.load(read);
      }
      walked.put(family, rules);
    }
    if (current == null) {
      throw new IllegalStateException("a node has at least one IP family");
    }
    walker = current;
    return current;
  }

  /** A node's rules, of which chains that did not change are the same objects as last time. */
  private RuleSet remembered(Proxier proxier) {
    @Nullable Written written = proxier.shared();
    @Nullable OwnBlock reading = proxier.reading();
    if (written == null || reading == null) {
      return proxier.ruleSet();
    }
    OwnBlock remembering = reading.remembering(readings.get(proxier.family()));
    readings.put(proxier.family(), remembering);
    return written.rules().readAs(remembering);
  }

  /** The program of the rules as they are now; nothing if the node does not have the family. */
  Optional<DecisionProgram> program(
      RunningProxy running,
      IpFamily family,
      Collection<IpAddress> furtherAddresses,
      SharedPrograms shared) {
    return running.proxy().proxier(family).map(proxier -> {
      List<IpAddress> addresses = new ArrayList<>(running.addresses());
      addresses.addAll(furtherAddresses);
      @Nullable Written written = proxier.shared();
      if (written != null) {
        return program(written, proxier.ownBlock(), family, addresses, shared);
      }
      RuleCompiler compiler = compilers.computeIfAbsent(
          family, f -> new RuleCompiler(shared.pool(), f, running.blocks()));
      compiler.localAddresses(addresses);
      return compiler.compile(proxier.ruleSet());
    });
  }

  private DecisionProgram program(
      Written written,
      @Nullable Cidr block,
      IpFamily family,
      List<IpAddress> addresses,
      SharedPrograms shared) {
    @Nullable Compiled last = compiled.get(family);
    if (last != null && last.written == written && last.addresses.equals(addresses)) {
      return last.program;
    }
    DecisionProgram program = shared.program(
        written,
        last == null ? null : last.written,
        block,
        addresses,
        last == null ? null : last.program);
    compiled.put(family, new Compiled(written, addresses, program));
    return program;
  }
}
