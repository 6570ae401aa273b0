package dev.hairpin.cluster.workloads;

import com.google.common.collect.ImmutableMap;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.manifest.KubeObjects;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * A ControllerRevision has no record of its own: people see it in listings only. Its template is
 * read in the form of its owner, so that what a release or a client writes in another way (an empty
 * map, a field in another order) is no other template; what was read is remembered as long as the
 * object is the same.
 */
/**
 * The templates that StatefulSets and DaemonSets have had, kept as ControllerRevisions.
 *
 * <p>Source: {@code pkg/controller/history} of Kubernetes v1.36.
 */
final class Revisions {
  static final String KIND = "ControllerRevision";

  /** Names the revision that a pod is of. */
  static final String LABEL = "controller-revision-hash";

  private static final String API_VERSION = "apps/v1";

  /**
   * One template that an owner has had.
   *
   * @param name the name of the ControllerRevision
   * @param hash what tells it from the owner's others
   * @param number the place in the order; the owner's present template has the highest
   * @param template the template
   */
  record Revision(String name, String hash, long number, PodTemplate template) {}

  private record Parsed(GenericObject object, PodTemplate template) {}

  private final ClusterState state;
  private final Owned owned;
  private final String hashLabel;
  private final Map<ObjectKey, Parsed> parsed = new HashMap<>();

  /**
   * The revisions of a kind of owners.
   *
   * @param hashLabel the label of a ControllerRevision that holds its hash
   */
  Revisions(ClusterState state, Owned owned, String hashLabel) {
    this.state = state;
    this.owned = owned;
    this.hashLabel = hashLabel;
  }

  static boolean isRevision(KubeObject object) {
    return object.kind().equals(KIND) && object.apiVersion().equals(API_VERSION);
  }

  /** What an owner has had, the oldest first. */
  List<Revision> of(KubeObject owner) {
    List<Revision> revisions = new ArrayList<>();
    for (KubeObject object : owned.of(owner.metadata().uid())) {
      if (object instanceof GenericObject generic && isRevision(generic)) {
        revisions.add(read(owner, generic));
      }
    }
    revisions.sort(Comparator.comparingLong(Revision::number).thenComparing(Revision::name));
    return revisions;
  }

  private Revision read(KubeObject owner, GenericObject object) {
    @Nullable Parsed known = parsed.get(object.key());
    if (known == null || known.object() != object) {
      known = new Parsed(object, template(owner, object));
      parsed.put(object.key(), known);
    }
    String name = object.metadata().name();
    String prefix = owner.metadata().name() + "-";
    String hash = object
        .metadata()
        .labels()
        .getOrDefault(hashLabel, name.startsWith(prefix) ? name.substring(prefix.length()) : name);
    return new Revision(name, hash, number(object), known.template());
  }

  /** The place of a ControllerRevision in the order. */
  static long number(KubeObject revision) {
    return revision instanceof GenericObject generic
            && generic.content().get("revision") instanceof Number number
        ? number.longValue()
        : 0;
  }

  private static PodTemplate template(KubeObject owner, GenericObject object) {
    Map<String, Object> tree = KubeObjects.toTree(owner);
    Map<String, Object> spec = map(tree.get("spec"));
    Map<String, Object> template =
        map(map(map(object.content().get("data")).get("spec")).get("template"));
    template.remove("$patch");
    spec.put("template", template);
    tree.put("spec", spec);
    return PodFactory.template(KubeObjects.fromTree(tree));
  }

  /** A copy of an object's fields; none if it is something else. */
  private static Map<String, Object> map(@Nullable Object tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    if (tree instanceof Map<?, ?> map) {
      map.forEach((name, value) -> copy.put(String.valueOf(name), value));
    }
    return copy;
  }

  /**
   * The revision of an owner's present template. It is the last one; an older one that has the same
   * template becomes the last again, as when an update is taken back; else it is made.
   *
   * @param known what the owner has had, the oldest first
   */
  Revision present(KubeObject owner, List<Revision> known) {
    PodTemplate template = PodFactory.template(owner);
    if (!known.isEmpty() && known.get(known.size() - 1).template().equals(template)) {
      return known.get(known.size() - 1);
    }
    PodTemplate asRead = PodFactory.template(KubeObjects.fromTree(KubeObjects.toTree(owner)));
    for (int i = known.size() - 1; i >= 0; i--) {
      Revision revision = known.get(i);
      if (revision.template().equals(template) || revision.template().equals(asRead)) {
        long last = known.get(known.size() - 1).number();
        return revision.number() == last ? revision : renumbered(owner, revision, last + 1);
      }
    }
    String prefix = owner.metadata().name() + "-";
    int collisions = 0;
    String hash = PodFactory.hash(template, collisions);
    while (state.get(key(owner, prefix + hash)).isPresent()) {
      hash = PodFactory.hash(template, ++collisions);
    }
    long number = known.isEmpty() ? 1 : known.get(known.size() - 1).number() + 1;
    return make(owner, new Revision(prefix + hash, hash, number, template));
  }

  private Revision renumbered(KubeObject owner, Revision revision, long number) {
    state.get(key(owner, revision.name())).ifPresent(object -> {
      if (object instanceof GenericObject generic) {
        Map<String, Object> content = new LinkedHashMap<>(generic.content());
        content.put("revision", number);
        state.store(new GenericObject(API_VERSION, generic.kind(), generic.metadata(), content));
      }
    });
    return new Revision(revision.name(), revision.hash(), number, revision.template());
  }

  private static ObjectKey key(KubeObject owner, String name) {
    return new ObjectKey(KIND, owner.metadata().namespace(), name);
  }

  /** Stores a revision, with the labels and annotations of its owner. */
  Revision make(KubeObject owner, Revision revision) {
    Map<String, String> labels = new LinkedHashMap<>(revision.template().labels());
    labels.put(hashLabel, revision.hash());
    ObjectMeta meta = ObjectMeta.of(owner.metadata().namespace(), revision.name())
        .withLabels(labels)
        .withAnnotations(owner.metadata().annotations())
        .withOwners(List.of(PodFactory.reference(owner)));
    KubeObject told = PodFactory.withTemplate(owner, revision.template());
    Map<String, Object> template = map(map(KubeObjects.toTree(told).get("spec")).get("template"));
    template.put("$patch", "replace");
    Map<String, Object> data = Map.of("spec", Map.of("template", template));
    GenericObject object = new GenericObject(
        API_VERSION, KIND, meta, ImmutableMap.of("data", data, "revision", revision.number()));
    if (state.store(object) instanceof GenericObject stored) {
      parsed.put(stored.key(), new Parsed(stored, revision.template()));
    }
    return revision;
  }

  /**
   * Forgets the oldest revisions that nothing needs, until a number of them are left.
   *
   * @param needed the names of those that an owner or a pod is of
   */
  void truncate(KubeObject owner, List<Revision> known, Collection<String> needed, int limit) {
    List<Revision> idle =
        known.stream().filter(revision -> !needed.contains(revision.name())).toList();
    for (Revision revision : idle.subList(0, Math.max(0, idle.size() - limit))) {
      ObjectKey key = key(owner, revision.name());
      parsed.remove(key);
      state.remove(key);
    }
  }
}
