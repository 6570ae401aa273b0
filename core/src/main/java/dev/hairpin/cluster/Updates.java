package dev.hairpin.cluster;

import dev.hairpin.api.Endpoints;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.cluster.ApiServer.Response;
import dev.hairpin.manifest.KubeObjects;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** PUT and PATCH: whether the stored object is the one that is meant, and what replaces it. */
final class Updates {
  /**
   * The kinds whose objects a PUT may make.
   *
   * <p>Source: {@code AllowCreateOnUpdate} of each kind's strategy.
   */
  private static final Set<String> CREATED_BY_PUT = Set.of(
      Service.KIND,
      Endpoints.KIND,
      "ClusterRole",
      "ClusterRoleBinding",
      "Event",
      "Lease",
      "LimitRange",
      "Role",
      "RoleBinding");

  private final ServerParts parts;
  private final Lookup lookup;
  private final Judgement judgement;
  private final Creations creations;
  private final Deletions deletions;
  private final boolean dryRun;

  Updates(
      ServerParts parts,
      Lookup lookup,
      Judgement judgement,
      Creations creations,
      Deletions deletions,
      boolean dryRun) {
    this.parts = parts;
    this.lookup = lookup;
    this.judgement = judgement;
    this.creations = creations;
    this.deletions = deletions;
    this.dryRun = dryRun;
  }

  Response update(Map<String, ?> request) {
    ObjectKey key = RequestTrees.key(request);
    requireSameUid(request, key);
    return replace(request, key);
  }

  /** A PUT that names a uid means the object that has it. */
  private void requireSameUid(Map<String, ?> request, ObjectKey key) {
    String sent = RequestTrees.metadata(request, key).uid();
    String stored =
        parts.state().get(key).map(object -> object.metadata().uid()).orElse("");
    if (!sent.isEmpty() && !sent.equals(stored)) {
      throw ApiError.otherUid(Resources.of(key.kind()), key, sent, stored);
    }
  }

  private Response replace(Map<String, ?> request, ObjectKey key) {
    @Nullable KubeObject stored = parts.state().get(key).orElse(null);
    if (stored == null) {
      if (!CREATED_BY_PUT.contains(key.kind())) {
        throw ApiError.notFound(Resources.of(key.kind()), key.name());
      }
      return creations.createNamed(parts.webhooks().mutated(request, null));
    }
    Map<String, ?> tree = parts.webhooks().mutated(request, stored);
    long version = RequestTrees.metadata(tree, key).resourceVersion();
    if (version != 0 && version != stored.metadata().resourceVersion()) {
      throw ApiError.conflict(Resources.of(key.kind()), key.name());
    }
    if (stored instanceof Service service) {
      ServiceDraft draft = RequestTrees.decode(tree, () -> ServiceDraft.read(tree));
      Response response = parts.services().update(draft, service, dryRun);
      deletions.removeIfDone(stored, response.object());
      return response;
    }
    KubeObject object = judgement.admit(tree, stored);
    if (!dryRun) {
      object = parts.state().store(object);
      deletions.removeIfDone(stored, object);
    }
    return new Response(object, List.of());
  }

  Response updateStatus(Map<String, ?> tree) {
    ServiceDraft draft = RequestTrees.decode(tree, () -> ServiceDraft.read(tree));
    Service stored = parts
        .state()
        .get(Service.class, draft.metadata.namespace(), draft.name())
        .orElseThrow(() -> ApiError.notFound("services", draft.name()));
    return parts.services().updateStatus(draft, stored, dryRun);
  }

  Response patch(ObjectKey key, PatchType type, Object patch) {
    KubeObject stored = lookup.require(key);
    Map<String, Object> before = KubeObjects.toTree(stored);
    @Nullable
    Object after = switch (type) {
      case MERGE -> Patches.merge(before, patch);
      case STRATEGIC -> Patches.strategic(key.kind(), before, RequestTrees.map(patch));
      case JSON -> JsonPatch.apply(before, RequestTrees.list(patch));
    };
    Map<String, Object> tree = RequestTrees.map(after);
    requireSameName(key, RequestTrees.key(tree));
    String uid = RequestTrees.metadata(tree, key).uid();
    if (!uid.isEmpty() && !uid.equals(stored.metadata().uid())) {
      FieldErrors errors = new FieldErrors(parts.config().features());
      errors.invalid("metadata.uid", uid, "field is immutable");
      throw ApiError.invalid(Resources.qualifiedKind(key.kind()), key.name(), errors);
    }
    return replace(tree, key);
  }

  private static void requireSameName(ObjectKey asked, ObjectKey patched) {
    if (!patched.kind().equals(asked.kind())) {
      throw ApiError.badRequest("a patch must not change the kind of " + asked);
    }
    if (!patched.namespace().equals(asked.namespace())) {
      throw ApiError.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    if (!patched.name().equals(asked.name())) {
      throw ApiError.badRequest("the name of the object (" + patched.name()
          + ") does not match the name on the URL (" + asked.name() + ")");
    }
  }
}
