package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Compiles rules that nodes share, once for all of them. Not thread-safe.
 *
 * <p>A compiler follows the nodes: when the first of those that have written the same goes on, it
 * goes along, and the others find what it has made when they come to the same.
 */
final class SharedPrograms {

  /** A compiler, and what it made last. */
  private record Compiled(RuleCompiler compiler, DecisionProgram program) {}

  private final ProgramPool pool;

  /** By what was written; an entry stays as long as a node, or a kernel, is there. */
  private final Map<Written, Compiled> compiled = new WeakHashMap<>();

  SharedPrograms(ProgramPool pool) {
    this.pool = pool;
  }

  ProgramPool pool() {
    return pool;
  }

  /**
   * The program of a node.
   *
   * @param written what the node has written
   * @param before what it had written when it was last compiled for; null if it was not
   * @param block the node's block of pods, if shared rules have a stand-in for it
   * @param addresses the node's addresses
   * @param last the node's last program; null if it had none
   */
  DecisionProgram program(
      Written written,
      @Nullable Written before,
      @Nullable Cidr block,
      Collection<IpAddress> addresses,
      @Nullable DecisionProgram last) {
    List<Cidr> blocks = block == null ? List.of() : List.of(block);
    @Nullable Compiled known = compiled.get(written);
    if (known == null) {
      IpFamily family = written.rules().family();
      @Nullable Compiled behind = before == null ? null : compiled.remove(before);
      RuleCompiler compiler;
      if (behind == null) {
        List<AddressMask> standIns = block == null ? List.of() : List.of(OwnBlock.standIn(family));
        compiler = RuleCompiler.forMany(pool, family, standIns, blocks);
        compiler.localAddresses(addresses);
      } else {
        compiler = behind.compiler;
      }
      known = new Compiled(compiler, compiler.compile(written.rules()));
      compiled.put(written, known);
    }
    return known.program.forNode(blocks, addresses, last);
  }
}
