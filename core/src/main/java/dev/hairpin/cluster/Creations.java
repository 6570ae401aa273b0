package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.cluster.ApiServer.Response;
import dev.hairpin.manifest.KubeObjects;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** POST: names that the server makes up, namespaces that take nothing in any more. */
final class Creations {
  /** Source: {@code maxNameGenerationCreateAttempts} of apiserver v0.36. */
  private static final int NAME_ATTEMPTS = 8;

  private final ServerParts parts;
  private final Lookup lookup;
  private final Judgement judgement;
  private final boolean dryRun;

  Creations(ServerParts parts, Lookup lookup, Judgement judgement, boolean dryRun) {
    this.parts = parts;
    this.lookup = lookup;
    this.judgement = judgement;
    this.dryRun = dryRun;
  }

  Response create(Map<String, ?> request) {
    Map<String, ?> complete = DefaultIngressClass.fillIn(parts.state(), request);
    Map<String, ?> tree = parts.webhooks().mutated(complete, null);
    if (!RequestTrees.isNamedByServer(tree)) {
      return createNamed(tree);
    }
    GeneratedNames before = parts.names().fork();
    Map<String, ?> named = named(tree);
    boolean created = false;
    try {
      Response response = createNamed(named);
      created = true;
      return response;
    } catch (ApiError e) {
      if (!e.reason().equals("AlreadyExists")) {
        throw e;
      }
      ObjectKey key = RequestTrees.key(named);
      throw ApiError.noUniqueName(Resources.of(key.kind()), key.name());
    } finally {
      if (!created || dryRun) {
        parts.names().revertTo(before);
      }
    }
  }

  /** With a name that is free, if one is found within a few tries. */
  private Map<String, ?> named(Map<String, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>(tree);
    Map<String, Object> meta = new LinkedHashMap<>(RequestTrees.map(tree.get("metadata")));
    copy.put("metadata", meta);
    String prefix = String.valueOf(meta.get("generateName"));
    meta.put("name", prefix);
    ObjectKey sequence = RequestTrees.key(copy);
    GeneratedNames names = parts.names();
    int attempt = 0;
    do {
      meta.put("name", names.next(sequence.kind(), sequence.namespace(), prefix, name -> false));
    } while (++attempt < NAME_ATTEMPTS && lookup.find(RequestTrees.key(copy)).isPresent());
    return copy;
  }

  /** Creates an object whose name is known and that the mutating webhooks have seen. */
  Response createNamed(Map<String, ?> tree) {
    requireOpenNamespace(tree);
    if (RequestTrees.isService(tree)) {
      ServiceDraft draft = RequestTrees.decode(tree, () -> ServiceDraft.read(tree));
      return parts.services().create(draft, dryRun);
    }
    KubeObject object = judgement.admit(tree, null);
    if (lookup.find(object.key()).isPresent()) {
      throw ApiError.alreadyExists(
          Resources.of(object.kind()), object.metadata().name());
    }
    KubeObject complete =
        object instanceof ServiceCidr block ? ServiceCidrController.ready(block) : object;
    return new Response(dryRun ? complete : parts.state().store(complete), List.of());
  }

  /** Creates an object without a detour by its tree, where nobody has to see that. */
  Response create(KubeObject object) {
    if (object instanceof Service service
        && parts.webhooks().isEmpty()
        && !object.metadata().name().isEmpty()) {
      requireOpenNamespace(
          object.kind(), object.metadata().namespace(), object.metadata().name());
      return parts.services().create(ServiceDraft.of(service), dryRun);
    }
    return create(KubeObjects.toTree(object));
  }

  private void requireOpenNamespace(Map<String, ?> tree) {
    if (tree.get("metadata") instanceof Map<?, ?> meta
        && meta.get("namespace") instanceof String namespace) {
      Object name = meta.get("name");
      requireOpenNamespace(
          String.valueOf(tree.get("kind")), namespace, name == null ? "" : name.toString());
    }
  }

  /** Nothing is made in a namespace that is being deleted, except by those who hold it up. */
  private void requireOpenNamespace(String kind, String namespace, String name) {
    if (parts.state().isTerminating(namespace)) {
      throw ApiError.forbidden(Resources.of(kind)
          + " \""
          + name
          + "\" is forbidden: unable to create new content in namespace "
          + namespace
          + " because it is being terminated");
    }
  }
}
