package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service port with its endpoints, and what was made of it so far.
 *
 * <p>Replaced as a whole when the Service or its endpoints change, so that forks share it: what is
 * worked out when it is first asked for is immutable, and threads that do it twice get the same.
 */
final class PortState {

  /** The rules in the chains that all ports share, by chain. */
  record SharedRules(Map<String, List<Rule>> filter, Map<String, List<Rule>> nat) {}

  /** The same as text. */
  private record SharedText(String filter, String nat) {}

  private final ServicePortInfo service;
  private final List<EndpointInfo> endpoints;
  private final ProxierSettings settings;
  private final ServiceRules rules;
  private final List<String> chainNames;
  private final boolean representable;
  private @Nullable SharedText sharedText;
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
    if (!known.equals(shared())) {
      return false;
    }
    shared = known;
    sharedText = before.sharedText;
    return true;
  }

  List<Chain> chains(boolean largeCluster) {
    RecordSink nat = new RecordSink(settings.family());
    rules.writeChains(nat, largeCluster);
    return nat.chains();
  }
}
