package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service port with its endpoints, and what was made of it so far.
 *
 * <p>Replaced as a whole when the Service or its endpoints change, so that nodes and forks share
 * it: what is worked out when it is first asked for is immutable, and threads that do it twice get
 * the same. Two are equal if their rules are.
 */
final class PortState {

  /** The rules in the chains that all ports share, by chain. */
  record SharedRules(Map<String, List<Rule>> filter, Map<String, List<Rule>> nat) {}

  /** The same as text. */
  private record SharedText(String filter, String nat) {}

  /** The port's own chains. */
  private record Chains(boolean ofLargeCluster, List<Chain> chains) {}

  private final ServicePortInfo service;
  private final String hash;
  private final List<EndpointInfo> endpoints;
  private final EndpointCategories categories;
  private final boolean letsNodeIn;
  private final ProxierSettings settings;
  private final ServiceRules rules;
  private final List<String> chainNames;
  private final boolean representable;
  private final int sum;
  private @Nullable SharedText sharedText;
  private @Nullable SharedRules shared;
  private @Nullable Chains chains;

  /**
   * The state of a port.
   *
   * @param hash of the port's name
   * @param endpoints all endpoints
   * @param categories those that get traffic
   * @param letsNodeIn whether the node's own address is in the port's source ranges
   */
  PortState(
      ServicePortInfo service,
      String hash,
      List<EndpointInfo> endpoints,
      EndpointCategories categories,
      boolean letsNodeIn,
      ProxierSettings settings) {
    this.service = service;
    this.hash = hash;
    this.endpoints = endpoints;
    this.categories = categories;
    this.letsNodeIn = letsNodeIn;
    this.settings = settings;
    this.rules = new ServiceRules(service, hash, categories, settings, letsNodeIn);
    this.chainNames = rules.chainNames();
    this.representable = categories.reachable().stream().allMatch(e -> e.ip() != null);
    int total = service.name().hashCode() + (letsNodeIn ? 1 : 0);
    for (EndpointInfo endpoint : endpoints) {
      total = 31 * total + endpoint.sum();
    }
    this.sum =
        total + 37 * categories.local().size() + 41 * categories.cluster().size();
  }

  /** The same port with the rules of other settings. */
  PortState with(ProxierSettings other) {
    return new PortState(service, hash, endpoints, categories, letsNodeIn, other);
  }

  ServicePortInfo service() {
    return service;
  }

  /** The hash in the names of the port's chains. */
  String hash() {
    return hash;
  }

  List<EndpointInfo> endpoints() {
    return endpoints;
  }

  List<String> chainNames() {
    return chainNames;
  }

  /** Whether iptables-restore can read every address. */
  boolean isRepresentable() {
    return representable;
  }

  /** Whether it was made for some settings. */
  boolean isFor(ProxierSettings some) {
    return settings.equals(some);
  }

  void writeChains(RuleSink nat, boolean largeCluster) {
    rules.writeChains(nat, largeCluster);
  }

  void appendShared(StringBuilder filter, StringBuilder nat) {
    SharedText text = sharedText;
    if (text == null) {
      StringBuilder filterRules = new StringBuilder();
      StringBuilder natRules = new StringBuilder();
      StringBuilder none = new StringBuilder(0);
      rules.writeShared(new TextSink(none, filterRules), new TextSink(none, natRules));
      text = new SharedText(filterRules.toString(), natRules.toString());
      sharedText = text;
    }
    filter.append(text.filter);
    nat.append(text.nat);
  }

  SharedRules shared() {
    SharedRules known = shared;
    if (known == null) {
      RecordSink filter = new RecordSink(settings.family());
      RecordSink nat = new RecordSink(settings.family());
      rules.writeShared(filter, nat);
      known = new SharedRules(filter.rules(), nat.rules());
      shared = known;
    }
    return known;
  }

  /** Takes over the shared rules of the state before, if they are the same; says whether. */
  boolean adoptSharedRules(PortState before) {
    SharedRules known = before.shared();
    if (known == shared) {
      return true;
    }
    if (!known.equals(shared())) {
      return false;
    }
    shared = known;
    sharedText = before.sharedText;
    return true;
  }

  /** The port's own chains; the same objects as long as the cluster is as large. */
  List<Chain> chains(boolean largeCluster) {
    Chains known = chains;
    if (known == null || known.ofLargeCluster != largeCluster) {
      RecordSink nat = new RecordSink(settings.family());
      rules.writeChains(nat, largeCluster);
      known = new Chains(largeCluster, nat.chains());
      chains = known;
    }
    return known.chains;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof PortState state
            && sum == state.sum
            && letsNodeIn == state.letsNodeIn
            && service.equals(state.service)
            && endpoints.equals(state.endpoints)
            && categories.equals(state.categories)
            && settings.equals(state.settings));
  }

  @Override
  public int hashCode() {
    return sum;
  }

  @Override
  public String toString() {
    return service.name() + " with " + endpoints.size() + " endpoints";
  }
}
