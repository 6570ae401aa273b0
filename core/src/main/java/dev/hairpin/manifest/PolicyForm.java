package dev.hairpin.manifest;

import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.NetworkPolicy;
import dev.hairpin.api.NetworkPolicy.Direction;
import dev.hairpin.api.NetworkPolicy.IpBlock;
import dev.hairpin.api.NetworkPolicy.Peer;
import dev.hairpin.api.NetworkPolicy.Port;
import dev.hairpin.api.NetworkPolicy.Rule;
import dev.hairpin.api.ObjectMeta;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * NetworkPolicies. Source: {@code networkingv1.NetworkPolicy}.
 *
 * <p>Without {@code policyTypes} a policy is about what comes in, and about what goes out if it has
 * rules for that.
 */
final class PolicyForm {
  private PolicyForm() {}

  static NetworkPolicy read(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    List<Rule> ingress = spec.list("ingress", rule -> readRule(rule, "from"));
    List<Rule> egress = spec.list("egress", rule -> readRule(rule, "to"));
    NetworkPolicy policy = new NetworkPolicy(
        meta,
        MetaForm.readSelector(spec.object("podSelector")),
        directions(spec, !egress.isEmpty()),
        ingress,
        egress);
    spec.end();
    f.ignoring("status");
    return policy;
  }

  private static List<Direction> directions(Fields spec, boolean hasEgress) {
    List<String> texts = spec.texts("policyTypes");
    if (texts.isEmpty()) {
      return hasEgress ? List.of(Direction.values()) : List.of(Direction.INGRESS);
    }
    return texts.stream()
        .map(text -> Direction.byText(text)
            .orElseThrow(() -> new ManifestException(
                spec.path("policyTypes"),
                "expected some of " + List.of(Direction.values()) + ", not \"" + text + "\"")))
        .toList();
  }

  private static Rule readRule(Fields f, String peers) {
    Rule rule =
        new Rule(f.list(peers, PolicyForm::readPeer), f.list("ports", PolicyForm::readPort));
    f.end();
    return rule;
  }

  private static Peer readPeer(Fields f) {
    @Nullable Fields block = f.objectOrNull("ipBlock");
    Peer peer = new Peer(
        readSelector(f.objectOrNull("podSelector")),
        readSelector(f.objectOrNull("namespaceSelector")),
        block == null ? null : readBlock(block));
    f.end();
    return peer;
  }

  private static @Nullable LabelSelector readSelector(@Nullable Fields f) {
    return f == null ? null : MetaForm.readSelector(f);
  }

  private static IpBlock readBlock(Fields f) {
    IpBlock block = new IpBlock(f.text("cidr"), f.texts("except"));
    f.end();
    return block;
  }

  private static Port readPort(Fields f) {
    Port port = new Port(
        ServiceForm.readProtocol(f), f.intOrStringOrNull("port"), f.int32OrNull("endPort"));
    f.end();
    return port;
  }

  static void write(NetworkPolicy policy, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .list("egress", policy.egress(), rule -> writeRule(rule, "to"))
            .list("ingress", policy.ingress(), rule -> writeRule(rule, "from"))
            .always("podSelector", MetaForm.writeSelector(policy.podSelector()).tree())
            .list(
                "policyTypes",
                policy.policyTypes().stream().map(Direction::toString).toList())
            .tree());
  }

  private static Map<String, Object> writeRule(Rule rule, String peers) {
    return new TreeWriter()
        .list(peers, rule.peers(), PolicyForm::writePeer)
        .list("ports", rule.ports(), PolicyForm::writePort)
        .tree();
  }

  private static Map<String, Object> writePeer(Peer peer) {
    @Nullable IpBlock block = peer.ipBlock();
    return new TreeWriter()
        .optional(
            "ipBlock",
            block == null
                ? null
                : new TreeWriter()
                    .list("except", block.except())
                    .text("cidr", block.cidr())
                    .tree())
        .optional("namespaceSelector", writeSelector(peer.namespaceSelector()))
        .optional("podSelector", writeSelector(peer.podSelector()))
        .tree();
  }

  /** An empty selector is written, since it stands for all. */
  private static @Nullable Map<String, Object> writeSelector(@Nullable LabelSelector selector) {
    return selector == null ? null : MetaForm.writeSelector(selector).tree();
  }

  private static Map<String, Object> writePort(Port port) {
    return new TreeWriter()
        .optional("endPort", port.endPort())
        .optional("port", port.port() == null ? null : ServiceForm.writeIntOrString(port.port()))
        .text("protocol", port.protocol().name())
        .tree();
  }
}
