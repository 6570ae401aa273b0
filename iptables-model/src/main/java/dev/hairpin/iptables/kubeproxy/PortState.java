package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service port with its endpoints, and what was made of it so far.
 *
 * <p>Belongs to one {@link Proxier}; replaced as a whole when the Service or its endpoints change.
 */
final class PortState {

  /** The rules in the chains that all ports share, by chain. */
  record SharedRules(Map<String, List<Rule>> filter, Map<String, List<Rule>> nat) {}

  private final ServicePortInfo service;
  private final List<EndpointInfo> endpoints;
  private final ProxierSettings settings;
  private final ServiceRules rules;
  private final List<String> chainNames;
  private final boolean representable;
  private @Nullable String filterText;
  private @Nullable String natText;
  private @Nullable SharedRules shared;

  PortState(
      ServicePortInfo service,
      String hash,
      List<EndpointInfo> endpoints,
      EndpointCategories.TopologyRules topology,
      ProxierSettings settings) {
    this.service = service;
    this.endpoints = endpoints;
    this.settings = settings;
    EndpointCategories categories = EndpointCategories.of(endpoints, service, topology);
    this.rules = new ServiceRules(service, hash, categories, settings);
    this.chainNames = rules.chainNames();
    this.representable = categories.reachable().stream().allMatch(e -> e.ip() != null);
  }

  ServicePortInfo service() {
    return service;
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

  void writeChains(RuleSink nat, boolean largeCluster) {
    rules.writeChains(nat, largeCluster);
  }

  void appendShared(StringBuilder filter, StringBuilder nat) {
    if (filterText == null || natText == null) {
      StringBuilder filterRules = new StringBuilder();
      StringBuilder natRules = new StringBuilder();
      StringBuilder none = new StringBuilder(0);
      rules.writeShared(new TextSink(none, filterRules), new TextSink(none, natRules));
      filterText = filterRules.toString();
      natText = natRules.toString();
    }
    filter.append(filterText);
    nat.append(natText);
  }

  SharedRules shared() {
    if (shared == null) {
      RecordSink filter = new RecordSink(settings.family());
      RecordSink nat = new RecordSink(settings.family());
      rules.writeShared(filter, nat);
      shared = new SharedRules(filter.rules(), nat.rules());
    }
    return shared;
  }

  /** Takes over the shared rules of the state before, if they are the same; says whether. */
  boolean adoptSharedRules(PortState before) {
    if (!before.shared().equals(shared())) {
      return false;
    }
    shared = before.shared;
    filterText = before.filterText;
    natText = before.natText;
    return true;
  }

  List<Chain> chains(boolean largeCluster) {
    RecordSink nat = new RecordSink(settings.family());
    rules.writeChains(nat, largeCluster);
    return nat.chains();
  }
}
