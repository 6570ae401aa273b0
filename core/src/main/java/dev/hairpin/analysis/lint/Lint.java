package dev.hairpin.analysis.lint;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.addon.AddOn;
import java.util.ArrayList;
import java.util.List;

/** Looks through a cluster for what is probably wrong, without sending a packet. */
public final class Lint {

  /** The rules that need no add-on. */
  private static final List<LintRule> RULES = List.of(
      new EndpointRules(),
      new SelectorBreadthRule(),
      new PortRules(),
      new LocalPolicyRules(),
      new ForeignEndpointRule(),
      new ExternalAddressRules(),
      new VariableRules(),
      new NameRules(),
      new ReferenceRules(),
      new TopologyRules());

  private Lint() {}

  /**
   * Looks through a cluster.
   *
   * @param state the objects
   * @param components what is installed; those that are a {@link LintContributor} look too
   * @return what was found
   */
  public static Findings of(ClusterState state, List<? extends AddOn.Component> components) {
    List<Finding> found = new ArrayList<>();
    RULES.forEach(rule -> rule.check(state, found::add));
    for (AddOn.Component component : components) {
      if (component instanceof LintContributor contributor) {
        contributor.lint(found::add);
      }
    }
    return new Findings(found);
  }
}
