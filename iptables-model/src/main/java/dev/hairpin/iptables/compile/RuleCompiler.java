package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Policy;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Hook;
import dev.hairpin.path.TableName;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the rules of one IP family of one node, and keeps the program up to date as they change.
 *
 * <pre>{@code
 * RuleCompiler compiler = new RuleCompiler(new ProgramPool(), IpFamily.IPV4, List.of(podCidr));
 * compiler.localAddresses(List.of(IpAddress.parse("192.0.2.1")));
 * DecisionProgram program = compiler.compile(RuleSet.parse(dump, IpFamily.IPV4));
 * Decider decider = new Decider(program, new AffinityTable());
 * }</pre>
 *
 * <p>Any rules will do. What a program cannot tell, such as a match on a set of addresses, becomes
 * an open question, and flows that come to it are
 * {@linkplain dev.hairpin.path.fast.Decision.Verdict#UNDECIDED undecided}; the rule walker answers
 * them.
 *
 * <p>A second call compiles only the chains that are not the same objects as before, and those into
 * which they were compiled. Not thread-safe; programs are.
 */
public final class RuleCompiler {
  private final ProgramPool pool;
  private final IpFamily family;
  private final List<Cidr> nodeBlocks;
  private final List<AddressMask> nodeMasks;
  private Collection<IpAddress> locals = List.of();
  private boolean localsChanged;
  private @Nullable RuleSet compiled;
  private @Nullable DecisionProgram program;
  private @Nullable CompilerState state;

  /**
   * A compiler that has seen no rules.
   *
   * @param pool what its programs share with those of other nodes
   * @param family the family of the rules
   * @param nodeBlocks the blocks that are the node's own, such as that of its pods: rules that
   *     differ between nodes by these alone give the same code. All nodes must name theirs in the
   *     same order; blocks of the other family are passed over
   */
  public RuleCompiler(ProgramPool pool, IpFamily family, List<Cidr> nodeBlocks) {
    this(
        pool,
        family,
        ofFamily(nodeBlocks, family),
        ofFamily(nodeBlocks, family).stream().map(AddressMask::of).toList());
  }

  private RuleCompiler(
      ProgramPool pool, IpFamily family, List<Cidr> nodeBlocks, List<AddressMask> nodeMasks) {
    this.pool = pool;
    this.family = family;
    this.nodeBlocks = nodeBlocks;
    this.nodeMasks = nodeMasks;
  }

  private static List<Cidr> ofFamily(List<Cidr> blocks, IpFamily family) {
    return blocks.stream().filter(b -> b.family() == family).toList();
  }

  /**
   * A compiler of rules that many nodes have in common, in which stand-ins are where each node has
   * blocks of its own. {@link DecisionProgram#forNode} makes its programs those of a node.
   *
   * @param pool what its programs share with others
   * @param family the family of the rules
   * @param standIns what stands for the nodes' blocks
   * @param nodeBlocks the blocks of any of the nodes, as many, for which the programs hold
   * @return a compiler that has seen no rules
   * @throws IllegalArgumentException if there are more of the ones than of the others
   */
  public static RuleCompiler forMany(
      ProgramPool pool, IpFamily family, List<AddressMask> standIns, List<Cidr> nodeBlocks) {
    if (standIns.size() != nodeBlocks.size()) {
      throw new IllegalArgumentException(
          standIns.size() + " stand-ins for " + nodeBlocks.size() + " blocks");
    }
    return new RuleCompiler(pool, family, List.copyOf(nodeBlocks), List.copyOf(standIns));
  }

  /**
   * Sets the node's addresses, for {@code addrtype} and to tell what is for the node itself.
   *
   * @param addresses the addresses; loopback addresses need not be named
   */
  public void localAddresses(Collection<IpAddress> addresses) {
    localsChanged |= !List.copyOf(addresses).equals(List.copyOf(locals));
    locals = List.copyOf(addresses);
  }

  /**
   * Compiles rules.
   *
   * @param rules the rules; of the compiler's family
   * @return the program; the last one if nothing changed
   * @throws IllegalArgumentException if they are of the other family
   */
  public DecisionProgram compile(RuleSet rules) {
    if (rules.family() != family) {
      throw new IllegalArgumentException(
          rules.family() + " rules for a compiler of " + family + " rules");
    }
    @Nullable RuleSet before = compiled;
    @Nullable DecisionProgram last = program;
    @Nullable CompilerState known = state;
    DecisionProgram next = null;
    if (before != null && last != null && known != null && !last.isSparse()) {
      next = update(before, rules, last, known);
    }
    if (next == null) {
      next = fromNothing(rules);
    }
    compiled = rules;
    program = next;
    localsChanged = false;
    return next;
  }

  private DecisionProgram fromNothing(RuleSet rules) {
    DecisionProgram.Builder builder = new DecisionProgram.Builder(pool, family);
    builder.nodeBlocks(nodeBlocks);
    builder.localAddresses(locals);
    CompilerState fresh = new CompilerState(pool, family, nodeMasks, rules, builder);
    state = fresh;
    roots(rules, fresh, builder);
    fresh.compilePending();
    return builder.build();
  }

  /** The program after a change; null if it is to be compiled anew. */
  private @Nullable DecisionProgram update(
      RuleSet before, RuleSet rules, DecisionProgram last, CompilerState known) {
    if (!tablesOf(before).equals(tablesOf(rules))) {
      return null;
    }
    DecisionProgram.Builder builder = last.toBuilder();
    boolean changed = false;
    known.begin(rules, builder);
    for (Table table : rules.tables()) {
      Table old = before.table(table.name()).orElseThrow();
      List<String> names = table.changedSince(old);
      changed |= !names.isEmpty();
      for (String name : names) {
        if (!known.changed(table.name(), name)) {
          return null;
        }
      }
    }
    if (!changed && !localsChanged) {
      return last;
    }
    builder.localAddresses(locals);
    roots(rules, known, builder);
    known.compilePending();
    return builder.build();
  }

  private static List<TableName> tablesOf(RuleSet rules) {
    List<TableName> names = new ArrayList<>();
    rules.tables().forEach(table -> names.add(table.name()));
    names.sort(null);
    return names;
  }

  private static void roots(RuleSet rules, CompilerState state, DecisionProgram.Builder builder) {
    // The order of names, not of the dump, so that programs of the same rules are the same.
    for (TableName name : TableName.values()) {
      @Nullable Table table = rules.find(name);
      if (table == null) {
        continue;
      }
      for (Hook hook : name.hooks()) {
        @Nullable Chain chain = table.find(hook.name());
        if (chain != null) {
          builder.root(
              name, hook, state.routineOf(name, hook.name()), chain.policy() == Policy.DROP);
        }
      }
    }
  }
}
