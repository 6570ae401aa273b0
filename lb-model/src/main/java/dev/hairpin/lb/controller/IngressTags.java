package dev.hairpin.lb.controller;

import dev.hairpin.api.Service;
import dev.hairpin.lb.controller.IngressGroups.Member;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The user's tags on the resources of a group. Source: {@code model_build_tags.go}, v2.8.2. */
final class IngressTags {
  private final Environment env;

  IngressTags(Environment env) {
    this.env = env;
  }

  /** For a resource that all members share: their tags must not contradict each other. */
  Map<String, String> ofGroup(List<Member> members) {
    Map<String, String> merged = new TreeMap<>();
    for (Member member : members) {
      ofMember(member, Annotations.ofIngress(member.ingress().metadata().annotations()))
          .forEach((key, value) -> {
            String before = merged.putIfAbsent(key, value);
            if (before != null && !before.equals(value)) {
              throw new ReconcileException(
                  "conflicting tag " + key + ": " + before + " | " + value);
            }
          });
    }
    merged.putAll(env.options().defaultTags());
    return merged;
  }

  /** For a resource of one member. */
  Map<String, String> ofMember(Member member) {
    Map<String, String> tags = ofMember(member, member.annotations());
    tags.putAll(env.options().defaultTags());
    return tags;
  }

  /** For the target group of a backend, whose Service may have tags of its own. */
  Map<String, String> ofBackend(Member member, Service service) {
    Map<String, String> ofService =
        Annotations.ofIngress(service.metadata().annotations()).map("tags");
    Map<String, String> merged = new TreeMap<>(member.annotations().map("tags"));
    merged.putAll(ofService);
    String owner = "Ingress " + member.key() + " and Service " + service.key().namespacedName();
    Map<String, String> tags = checked(owner, member, merged);
    tags.putAll(env.options().defaultTags());
    return tags;
  }

  private Map<String, String> ofMember(Member member, Annotations annotations) {
    return checked("Ingress " + member.key(), member, new TreeMap<>(annotations.map("tags")));
  }

  private Map<String, String> checked(String owner, Member member, Map<String, String> tags) {
    refuseExternal(owner, tags);
    IngressClassParams params = member.params();
    if (params != null) {
      refuseExternal("IngressClassParams " + params.name(), params.tags());
      tags.putAll(params.tags());
    }
    return tags;
  }

  private void refuseExternal(String owner, Map<String, String> tags) {
    for (String key : tags.keySet()) {
      if (env.options().externalManagedTags().contains(key)) {
        throw new ReconcileException("failed build tags for "
            + owner
            + ": external managed tag key "
            + key
            + " cannot be specified");
      }
    }
  }
}
