package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The webhooks of all components, in the order in which they were registered. */
final class Webhooks {
  private final List<Admission> webhooks = new ArrayList<>();

  void add(Admission webhook) {
    webhooks.add(webhook);
  }

  boolean isEmpty() {
    return webhooks.isEmpty();
  }

  /** The request as the mutating webhooks leave it. */
  Map<String, ?> mutated(Map<String, ?> tree, @Nullable KubeObject stored) {
    Map<String, ?> current = tree;
    for (Admission webhook : webhooks) {
      Map<String, ?> before = current;
      current = RequestTrees.decode(before, () -> webhook.mutate(before, stored));
    }
    return current;
  }

  /** Asks the validating webhooks for their last word. */
  void validate(KubeObject object, @Nullable KubeObject stored) {
    webhooks.forEach(webhook -> webhook.validate(object, stored));
  }
}
