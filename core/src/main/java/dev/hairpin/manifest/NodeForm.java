package dev.hairpin.manifest;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.NodeInfo;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Taint;
import java.util.List;

/** Nodes. Source: {@code v1.Node}. */
final class NodeForm {
  private NodeForm() {}

  static Node read(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields status = f.object("status");
    List<String> cidrs = spec.texts("podCIDRs");
    String cidr = spec.text("podCIDR");
    Node node = new Node(
        meta,
        cidrs.isEmpty() && !cidr.isEmpty() ? List.of(cidr) : cidrs,
        spec.text("providerID"),
        spec.bool("unschedulable", false),
        spec.list("taints", NodeForm::readTaint),
        status.list("addresses", NodeForm::readAddress),
        status.list("conditions", MetaForm::readCondition),
        status.quantities("allocatable"),
        readInfo(status.object("nodeInfo")));
    spec.ignoring("configSource", "externalID").end();
    status
        .ignoring(
            "capacity",
            "phase",
            "daemonEndpoints",
            "images",
            "volumesInUse",
            "volumesAttached",
            "config",
            "runtimeHandlers",
            "features",
            "declaredFeatures")
        .end();
    return node;
  }

  private static NodeInfo readInfo(Fields f) {
    NodeInfo info = new NodeInfo(
        f.text("kubeletVersion"),
        f.text("osImage"),
        f.text("kernelVersion"),
        f.text("containerRuntimeVersion"),
        f.text("architecture"));
    f.ignoring("machineID", "systemUUID", "bootID", "kubeProxyVersion", "operatingSystem", "swap")
        .end();
    return info;
  }

  private static Taint readTaint(Fields f) {
    Taint taint = new Taint(f.text("key"), f.text("value"), f.text("effect"));
    f.ignoring("timeAdded").end();
    return taint;
  }

  private static NodeAddress readAddress(Fields f) {
    NodeAddress address = new NodeAddress(f.text("type"), f.text("address"));
    f.end();
    return address;
  }

  static void write(Node node, TreeWriter tree) {
    tree.object(
        "spec",
        new TreeWriter()
            .text("podCIDR", node.podCidrs().isEmpty() ? "" : node.podCidrs().get(0))
            .list("podCIDRs", node.podCidrs())
            .text("providerID", node.providerId())
            .list(
                "taints",
                node.taints(),
                t -> new TreeWriter()
                    .text("effect", t.effect())
                    .text("key", t.key())
                    .text("value", t.value())
                    .tree())
            .flag("unschedulable", node.unschedulable()));
    tree.object(
        "status",
        new TreeWriter()
            .list(
                "addresses",
                node.addresses(),
                a -> new TreeWriter()
                    .text("address", a.address())
                    .text("type", a.type())
                    .tree())
            .map("allocatable", node.allocatable())
            .list("conditions", node.conditions(), MetaForm::writeCondition)
            .object(
                "nodeInfo",
                new TreeWriter()
                    .text("architecture", node.nodeInfo().architecture())
                    .text("containerRuntimeVersion", node.nodeInfo().containerRuntimeVersion())
                    .text("kernelVersion", node.nodeInfo().kernelVersion())
                    .text("kubeletVersion", node.nodeInfo().kubeletVersion())
                    .text("osImage", node.nodeInfo().osImage())));
  }
}
