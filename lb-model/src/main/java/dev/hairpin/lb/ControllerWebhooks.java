package dev.hairpin.lb;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Admission;
import dev.hairpin.cluster.ApiError;
import dev.hairpin.lb.controller.Reconciler;
import dev.hairpin.lb.model.AdmissionException;
import dev.hairpin.manifest.KubeObjects;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The controller's webhooks as the API server asks them. */
final class ControllerWebhooks implements Admission {
  private final Reconciler reconciler;

  ControllerWebhooks(Reconciler reconciler) {
    this.reconciler = reconciler;
  }

  @Override
  public Map<String, ?> mutate(Map<String, ?> tree, @Nullable KubeObject stored) {
    if (Service.KIND.equals(tree.get("kind"))) {
      return withClass(tree, stored instanceof Service old ? old : null);
    }
    boolean seen =
        Pod.KIND.equals(tree.get("kind")) || "TargetGroupBinding".equals(tree.get("kind"));
    if (!seen || stored != null) {
      return tree;
    }
    KubeObject object = KubeObjects.fromTree(tree);
    try {
      KubeObject changed = reconciler.mutate(object, null);
      return changed == object ? tree : KubeObjects.toTree(changed);
    } catch (AdmissionException e) {
      throw ApiError.denied(e.webhook(), e.reason());
    }
  }

  /** Looks at the two fields alone, since the rest of the Service may yet be found wrong. */
  private Map<String, ?> withClass(Map<String, ?> tree, @Nullable Service old) {
    if (!(tree.get("spec") instanceof Map<?, ?> spec)
        || !"LoadBalancer".equals(spec.get("type"))
        || spec.get("loadBalancerClass") != null) {
      return tree;
    }
    String wanted = reconciler.classFor(old);
    if (wanted == null) {
      return tree;
    }
    Map<Object, Object> changed = new LinkedHashMap<>(spec);
    changed.put("loadBalancerClass", wanted);
    Map<String, Object> whole = new LinkedHashMap<>(tree);
    whole.put("spec", changed);
    return whole;
  }

  @Override
  public void validate(KubeObject object, @Nullable KubeObject stored) {
    try {
      reconciler.validate(object, stored);
    } catch (AdmissionException e) {
      throw ApiError.denied(e.webhook(), e.reason());
    }
  }
}
