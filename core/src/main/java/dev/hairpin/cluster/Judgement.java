package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.manifest.KubeObjects;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Completes and judges objects without storing them. Services are judged in their registry, beside
 * what is allocated for them; here only when somebody asks without a request.
 */
final class Judgement {
  private final ApiFeatures features;
  private final Webhooks webhooks;

  Judgement(ServerParts parts) {
    this.features = parts.config().features();
    this.webhooks = parts.webhooks();
  }

  /** What is wrong with an object, one sentence with its field path each. */
  List<String> errors(Map<String, ?> tree, @Nullable Map<String, ?> old) {
    return RequestTrees.decode(tree, () -> {
      FieldErrors errors = RequestTrees.isService(tree)
          ? service(tree, old)
          : ObjectValidation.of(features, defaulted(tree), old);
      return errors.all().stream().map(Object::toString).toList();
    });
  }

  private FieldErrors service(Map<String, ?> tree, @Nullable Map<String, ?> old) {
    ServiceDraft draft = ServiceDraft.read(tree);
    ServiceDefaults.apply(draft);
    if (old == null) {
      return ServiceValidation.ofNew(features, draft);
    }
    ServiceDraft before = ServiceDraft.read(old);
    ServiceDefaults.apply(before);
    return ServiceValidation.ofUpdate(features, draft, before);
  }

  /** A new tree with the defaults filled in. */
  Map<String, Object> defaulted(Map<String, ?> tree) {
    return RequestTrees.decode(tree, () -> ObjectDefaults.of(tree));
  }

  /**
   * The object that a request makes, other than a Service.
   *
   * @param stored the object that it replaces, or null if it is new
   */
  KubeObject admit(Map<String, ?> tree, @Nullable KubeObject stored) {
    return RequestTrees.decode(tree, () -> {
      Map<String, Object> complete = ObjectDefaults.of(tree);
      @Nullable Map<String, Object> old = stored == null ? null : KubeObjects.toTree(stored);
      if (old != null && !complete.containsKey("status") && old.containsKey("status")) {
        complete.put("status", old.get("status"));
      }
      Preparation.of(complete, old);
      FieldErrors errors = ObjectValidation.of(features, complete, old);
      ObjectKey key = KubeObjects.keyOf(complete);
      if (!errors.isEmpty()) {
        throw ApiError.invalid(Resources.qualifiedKind(key.kind()), key.name(), errors);
      }
      KubeObject object = KubeObjects.fromTree(complete);
      if (stored != null) {
        object = object.withMetadata(object.metadata().withSystemFields(stored.metadata()));
      }
      webhooks.validate(object, stored);
      return object;
    });
  }
}
