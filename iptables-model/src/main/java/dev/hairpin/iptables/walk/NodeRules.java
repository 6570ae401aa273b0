package dev.hairpin.iptables.walk;

import dev.hairpin.api.Node;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.NodePrograms;
import dev.hairpin.path.fast.ProgramPool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Rules that nodes have, whatever kube-proxy would write: those of a real node's dump, say.
 *
 * <pre>{@code
 * cluster.install(NodeRules.of("node-1", RuleSet.parse(dump, IpFamily.IPV4)));
 * cluster.from("shop/client").to("http://web.shop");   // walks the dump on node-1
 * }</pre>
 *
 * <p>Installed after kube-proxy, they take the place of its rules on the nodes that are named; the
 * other nodes keep kube-proxy's. They stay as they are when the cluster changes. Immutable.
 */
public final class NodeRules implements AddOn {
  private final Map<String, Map<IpFamily, RuleSet>> rules;

  private NodeRules(Map<String, Map<IpFamily, RuleSet>> rules) {
    this.rules = rules;
  }

  /**
   * The rules of one node.
   *
   * @param node the node's name
   * @param rules its rules, of one family
   * @return the add-on
   */
  public static NodeRules of(String node, RuleSet rules) {
    return new NodeRules(Map.of()).and(node, rules);
  }

  /**
   * The same with the rules of another node, or of the other family.
   *
   * @param node the node's name
   * @param more its rules; they replace those of the same family
   * @return the copy
   */
  public NodeRules and(String node, RuleSet more) {
    Map<String, Map<IpFamily, RuleSet>> all = new TreeMap<>();
    rules.forEach((name, families) -> all.put(name, new EnumMap<>(families)));
    all.computeIfAbsent(node, name -> new EnumMap<>(IpFamily.class)).put(more.family(), more);
    return new NodeRules(all);
  }

  @Override
  public String name() {
    return "rules of " + String.join(", ", rules.keySet());
  }

  /**
   * Gives the rules to the nodes.
   *
   * @throws IllegalArgumentException if the cluster has no node of a name that rules are given for
   */
  @Override
  public Component start(ClusterState state) {
    for (String node : rules.keySet()) {
      if (state.get(Node.class, "", node).isEmpty()) {
        List<String> nodes =
            state.list(Node.class).stream().map(n -> n.metadata().name()).toList();
        throw new IllegalArgumentException(
            "there is no node " + node + "; there are " + String.join(", ", nodes));
      }
    }
    return new Installed(rules, state);
  }

  private static final class Installed implements NodeFilters, NodePrograms {
    private final Map<String, Map<IpFamily, RuleSet>> rules;
    private final ClusterState state;
    private final Map<String, RuleWalker> walkers = new TreeMap<>();
    private final ProgramPool pool = new ProgramPool();

    private Installed(Map<String, Map<IpFamily, RuleSet>> rules, ClusterState state) {
      this.rules = rules;
      this.state = state;
      rules.forEach((node, families) -> {
        List<RuleSet> both = List.copyOf(families.values());
        RuleWalker walker = new RuleWalker(both.get(0));
        both.subList(1, both.size()).forEach(walker::load);
        walkers.put(node, walker);
      });
    }

    @Override
    public Optional<PacketFilter> filterOf(String node) {
      return Optional.ofNullable(walkers.get(node));
    }

    @Override
    public Optional<DecisionProgram> programOf(
        String node, IpFamily family, Collection<IpAddress> furtherAddresses) {
      Optional<RuleSet> found =
          Optional.ofNullable(rules.getOrDefault(node, Map.of()).get(family));
      return found.map(set -> {
        List<IpAddress> addresses = new ArrayList<>(furtherAddresses);
        state
            .get(Node.class, "", node)
            .flatMap(n -> n.internalIp(family))
            .ifPresent(addresses::add);
        RuleCompiler compiler = new RuleCompiler(pool, family, List.of());
        compiler.localAddresses(addresses);
        return compiler.compile(set);
      });
    }
  }
}
