package dev.hairpin.lb.controller;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.lb.json.Trees;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings that an IngressClass imposes on its Ingresses; null or empty ones impose nothing.
 *
 * <p>Source: {@code apis/elbv2/v1beta1/ingressclassparams_types.go} of v2.8.2.
 */
record IngressClassParams(
    String name,
    @Nullable LabelSelector namespaceSelector,
    @Nullable String groupName,
    @Nullable String scheme,
    List<String> inboundCidrs,
    List<String> certificateArns,
    String sslPolicy,
    @Nullable Subnets subnets,
    @Nullable String ipAddressType,
    Map<String, String> tags,
    Map<String, String> loadBalancerAttributes) {

  /** The kind of the object. */
  static final String KIND = "IngressClassParams";

  /** Subnets by id, or by tags. */
  record Subnets(List<String> ids, Map<String, List<String>> tags) {}

  static IngressClassParams read(GenericObject object) {
    Map<?, ?> spec = Trees.map(object.content().get("spec"));
    Object subnets = spec.get("subnets");
    Map<?, ?> group = Trees.map(spec.get("group"));
    return new IngressClassParams(
        object.metadata().name(),
        spec.get("namespaceSelector") == null
            ? null
            : Trees.selector(spec.get("namespaceSelector")),
        spec.get("group") == null ? null : Trees.text(group.get("name")),
        Trees.string(spec.get("scheme")),
        Trees.strings(spec.get("inboundCIDRs")),
        Trees.strings(spec.get("certificateArn")),
        Trees.text(spec.get("sslPolicy")),
        subnets == null ? null : subnets(Trees.map(subnets)),
        Trees.string(spec.get("ipAddressType")),
        pairs(spec.get("tags")),
        pairs(spec.get("loadBalancerAttributes")));
  }

  private static Subnets subnets(Map<?, ?> tree) {
    Map<String, List<String>> tags = new TreeMap<>();
    Trees.map(tree.get("tags")).forEach((k, v) -> tags.put(Trees.text(k), Trees.strings(v)));
    return new Subnets(Trees.strings(tree.get("ids")), tags);
  }

  private static Map<String, String> pairs(@Nullable Object list) {
    Map<String, String> result = new TreeMap<>();
    for (Object item : Trees.list(list)) {
      Map<?, ?> pair = Trees.map(item);
      result.put(Trees.text(pair.get("key")), Trees.text(pair.get("value")));
    }
    return result;
  }
}
