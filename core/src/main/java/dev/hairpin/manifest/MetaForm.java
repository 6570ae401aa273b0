package dev.hairpin.manifest;

import dev.hairpin.api.Condition;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metadata and other parts that many kinds share. Source: {@code metav1}. */
final class MetaForm {
  private MetaForm() {}

  static ObjectMeta read(Fields f, String kind) {
    String namespace = f.text("namespace");
    ObjectMeta meta = new ObjectMeta(
        !KubeObjects.isNamespaced(kind) ? "" : namespace.isEmpty() ? "default" : namespace,
        f.text("name"),
        f.text("generateName"),
        f.text("uid"),
        f.textMap("labels"),
        f.textMap("annotations"),
        f.list("ownerReferences", MetaForm::readOwner),
        f.texts("finalizers"),
        f.timeOrNull("creationTimestamp"),
        f.timeOrNull("deletionTimestamp"),
        version(f.text("resourceVersion")),
        f.int64("generation", 0));
    f.ignoring("selfLink", "managedFields", "deletionGracePeriodSeconds");
    f.end();
    return meta;
  }

  /** A version is opaque to clients; one that is no number cannot be compared with ours. */
  private static long version(String text) {
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }

  private static OwnerReference readOwner(Fields f) {
    OwnerReference owner = new OwnerReference(
        f.text("apiVersion"),
        f.text("kind"),
        f.text("name"),
        f.text("uid"),
        f.bool("controller", false));
    f.ignoring("blockOwnerDeletion").end();
    return owner;
  }

  static TreeWriter write(ObjectMeta meta) {
    return new TreeWriter()
        .map("annotations", meta.annotations())
        .time("creationTimestamp", meta.creationTimestamp())
        .time("deletionTimestamp", meta.deletionTimestamp())
        .list("finalizers", meta.finalizers())
        .text("generateName", meta.generateName())
        .number("generation", meta.generation())
        .map("labels", meta.labels())
        .text("name", meta.name())
        .text("namespace", meta.namespace())
        .list("ownerReferences", meta.ownerReferences(), MetaForm::writeOwner)
        .text(
            "resourceVersion",
            meta.resourceVersion() == 0 ? "" : Long.toString(meta.resourceVersion()))
        .text("uid", meta.uid());
  }

  private static Map<String, Object> writeOwner(OwnerReference owner) {
    return new TreeWriter()
        .text("apiVersion", owner.apiVersion())
        .flag("controller", owner.controller())
        .text("kind", owner.kind())
        .text("name", owner.name())
        .text("uid", owner.uid())
        .tree();
  }

  static Condition readCondition(Fields f) {
    Condition condition = new Condition(
        f.text("type"),
        f.text("status"),
        f.text("reason"),
        f.text("message"),
        f.timeOrNull("lastTransitionTime"));
    f.ignoring("lastProbeTime", "lastHeartbeatTime", "lastUpdateTime", "observedGeneration")
        .end();
    return condition;
  }

  static Map<String, Object> writeCondition(Condition condition) {
    return new TreeWriter()
        .time("lastTransitionTime", condition.lastTransitionTime())
        .text("message", condition.message())
        .text("reason", condition.reason())
        .text("status", condition.status())
        .text("type", condition.type())
        .tree();
  }

  static LabelSelector readSelector(Fields f) {
    LabelSelector selector = new LabelSelector(
        f.textMap("matchLabels"), f.list("matchExpressions", MetaForm::readRequirement));
    f.end();
    return selector;
  }

  private static LabelSelector.Requirement readRequirement(Fields f) {
    LabelSelector.@Nullable Operator operator = f.oneOfOrNull(
        "operator", LabelSelector.Operator::byText, List.of(LabelSelector.Operator.values()));
    if (operator == null) {
      throw new ManifestException(
          f.path("operator"),
          "expected one of " + Arrays.toString(LabelSelector.Operator.values()));
    }
    LabelSelector.Requirement requirement =
        new LabelSelector.Requirement(f.text("key"), operator, f.texts("values"));
    f.end();
    return requirement;
  }

  static TreeWriter writeSelector(LabelSelector selector) {
    return new TreeWriter()
        .list(
            "matchExpressions",
            selector.matchExpressions(),
            r -> new TreeWriter()
                .text("key", r.key())
                .text("operator", r.operator().toString())
                .list("values", r.values())
                .tree())
        .map("matchLabels", selector.matchLabels());
  }

  /** Reads {@code status.loadBalancer.ingress}. */
  static List<LoadBalancerIngress> readLoadBalancer(Fields status) {
    Fields loadBalancer = status.object("loadBalancer");
    List<LoadBalancerIngress> ingress = loadBalancer.list("ingress", f -> {
      LoadBalancerIngress one =
          new LoadBalancerIngress(f.text("ip"), f.text("hostname"), f.textOrNull("ipMode"));
      f.ignoring("ports").end();
      return one;
    });
    loadBalancer.end();
    return ingress;
  }

  static TreeWriter writeLoadBalancer(List<LoadBalancerIngress> ingress) {
    return new TreeWriter()
        .list(
            "ingress",
            ingress,
            i -> new TreeWriter()
                .text("hostname", i.hostname())
                .text("ip", i.ip())
                .optional("ipMode", i.ipMode())
                .tree());
  }
}
