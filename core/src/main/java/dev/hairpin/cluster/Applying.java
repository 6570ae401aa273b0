package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ApiServer.Response;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code kubectl apply} does with POST and PATCH and the manifest that it applied last. */
final class Applying {
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final ServerParts parts;
  private final Creations creations;
  private final Updates updates;
  private final boolean dryRun;

  Applying(ServerParts parts, Creations creations, Updates updates, boolean dryRun) {
    this.parts = parts;
    this.creations = creations;
    this.updates = updates;
    this.dryRun = dryRun;
  }

  Response apply(Map<String, ?> tree) {
    ObjectKey key = RequestTrees.key(tree);
    if (RequestTrees.isNamedByServer(tree)) {
      throw ApiError.badRequest("from " + RequestTrees.map(tree.get("metadata")).get("generateName")
          + ": cannot use generate name with apply");
    }
    @Nullable KubeObject live = parts.state().get(key).orElse(null);
    Response response;
    if (live == null) {
      response = creations.create(tree);
    } else {
      Map<String, ?> last = lastApplied(key, live);
      Map<String, Object> liveTree = KubeObjects.toTree(live);
      response = updates.update(
          RequestTrees.map(Patches.apply(key.kind(), last, withoutStatus(tree), liveTree)));
    }
    if (!dryRun) {
      parts.lastApplied().put(key, withoutStatus(tree));
    }
    return response;
  }

  private static Map<String, Object> withoutStatus(Map<String, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    tree.forEach((name, value) -> {
      if (!name.equals("status") && value != null) {
        copy.put(name, value);
      }
    });
    return copy;
  }

  /** A snapshot of a live cluster has the last manifest in an annotation. */
  private Map<String, ?> lastApplied(ObjectKey key, KubeObject live) {
    @Nullable Map<String, Object> known = parts.lastApplied().get(key);
    @Nullable String annotation = live.metadata().annotations().get(LAST_APPLIED);
    if (known != null || annotation == null) {
      return known == null ? Map.of() : known;
    }
    try {
      List<Manifest> manifests = Manifests.parse(annotation, LAST_APPLIED).manifests();
      return manifests.isEmpty() ? Map.of() : manifests.get(0).tree();
    } catch (ManifestException e) {
      throw ApiError.badRequest(key + ": annotation " + e.getMessage());
    }
  }

  /** A refusal says where in the files the object stands. */
  Response apply(Manifest manifest) {
    try {
      return apply(manifest.tree());
    } catch (ApiError e) {
      String field = e.getCause() instanceof ManifestException undecodable
          ? undecodable.path()
          : e.causes().isEmpty() ? "" : e.causes().get(0).field();
      ManifestException placed = manifest.at(field, String.valueOf(e.getMessage()));
      placed.initCause(e);
      throw placed;
    }
  }
}
