package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a cluster, and who watches them.
 *
 * <p>Objects are listed by namespace and name. Every change gets the next resource version and is
 * told to the watchers, in the order in which they began to watch, before the call that made it
 * returns; a watcher may make further changes, which are told after this one. Single-writer: only
 * the thread that made the state may change it.
 */
public final class ClusterState {
  private final Map<String, TreeMap<ObjectKey, KubeObject>> objects = new HashMap<>();
  private final List<Consumer<Change>> watchers = new ArrayList<>();
  private final List<ObjectEvent> events = new ArrayList<>();
  private final java.util.ArrayDeque<Change> untold = new java.util.ArrayDeque<>();
  private final VirtualClock clock;
  private final long seed;
  private boolean telling;
  private long resourceVersion;

  /**
   * An empty state.
   *
   * @param clock the cluster's clock
   * @param seed what every random choice of the cluster is derived from
   */
  public ClusterState(VirtualClock clock, long seed) {
    this.clock = clock;
    this.seed = seed;
  }

  /**
   * The cluster's clock.
   *
   * @return the clock
   */
  public VirtualClock clock() {
    return clock;
  }

  /**
   * What every random choice of the cluster is derived from.
   *
   * @return the seed
   */
  public long seed() {
    return seed;
  }

  /**
   * The version of the newest change.
   *
   * @return the resource version; 0 before the first change
   */
  public long resourceVersion() {
    return resourceVersion;
  }

  /**
   * Finds an object.
   *
   * @param key kind, namespace and name
   * @return the object, or nothing
   */
  public Optional<KubeObject> get(ObjectKey key) {
    return Optional.ofNullable(ofKind(key.kind()).get(key));
  }

  /**
   * Finds an object of a known type.
   *
   * @param type the type of the kind, such as {@code Service.class}
   * @param namespace the namespace; empty for kinds without one
   * @param name the name
   * @param <T> the type
   * @return the object, or nothing
   */
  public <T extends KubeObject> Optional<T> get(Class<T> type, String namespace, String name) {
    return get(new ObjectKey(type.getSimpleName(), namespace, name)).map(type::cast);
  }

  /**
   * All objects of a type, by namespace and name.
   *
   * @param type the type of the kind, such as {@code Service.class}
   * @param <T> the type
   * @return the objects; an unmodifiable view
   */
  public <T extends KubeObject> Collection<T> list(Class<T> type) {
    @SuppressWarnings("unchecked") // a kind's map holds objects of the kind's own type only
    Collection<T> typed = (Collection<T>) ofKind(type.getSimpleName()).values();
    return Collections.unmodifiableCollection(typed);
  }

  /**
   * All objects of a kind, by namespace and name.
   *
   * @param kind the kind
   * @return the objects; an unmodifiable view
   */
  public Collection<KubeObject> list(String kind) {
    return Collections.unmodifiableCollection(ofKind(kind).values());
  }

  /**
   * The kinds of which there are objects.
   *
   * @return the kinds, sorted
   */
  public List<String> kinds() {
    return objects.entrySet().stream()
        .filter(e -> !e.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /**
   * Stores an object as it is, without admission, as a component does that may write it, or as a
   * snapshot of another cluster is taken over. An object equal to the stored one changes nothing.
   *
   * @param object the object; uid, creation time and version are given to it where it has none
   * @return the object as stored
   */
  public KubeObject store(KubeObject object) {
    ObjectKey key = object.key();
    @Nullable KubeObject before = ofKind(key.kind()).get(key);
    ObjectMeta meta = object.metadata();
    ObjectMeta old = before == null ? meta : before.metadata();
    if (before != null
        && stored(object, old.resourceVersion(), old.generation()).equals(before)) {
      return before;
    }
    KubeObject after = stored(object, ++resourceVersion, old.generation() + 1);
    objects.computeIfAbsent(key.kind(), k -> new TreeMap<>()).put(key, after);
    tell(new Change(before, after));
    return after;
  }

  private KubeObject stored(KubeObject object, long version, long generation) {
    ObjectMeta meta = object.metadata();
    @Nullable KubeObject before = ofKind(object.kind()).get(object.key());
    String uid = !meta.uid().isEmpty()
        ? meta.uid()
        : before != null
            ? before.metadata().uid()
            : java.util
                .UUID
                .nameUUIDFromBytes((seed + "|" + object.key() + "|" + resourceVersion)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    java.time.Instant created = meta.creationTimestamp() != null
        ? meta.creationTimestamp()
        : before != null && before.metadata().creationTimestamp() != null
            ? before.metadata().creationTimestamp()
            : clock.now();
    return object.withMetadata(
        meta.stored(uid, created, meta.deletionTimestamp(), version, generation));
  }

  /**
   * Removes an object at once.
   *
   * @param key kind, namespace and name
   * @return the object as it was, or nothing if there was none
   */
  public Optional<KubeObject> remove(ObjectKey key) {
    @Nullable KubeObject before = ofKind(key.kind()).remove(key);
    if (before != null) {
      resourceVersion++;
      tell(new Change(before, null));
    }
    return Optional.ofNullable(before);
  }

  /**
   * Calls back for every change from now on.
   *
   * @param watcher what to call
   */
  public void watch(Consumer<Change> watcher) {
    watchers.add(watcher);
  }

  /**
   * Reports an event on an object.
   *
   * @param object what it is about
   * @param warning true for {@code Warning}, false for {@code Normal}
   * @param reason a word
   * @param message a sentence
   * @param reporter the component
   */
  public void report(
      ObjectKey object, boolean warning, String reason, String message, String reporter) {
    events.add(new ObjectEvent(clock.now(), object, warning, reason, message, reporter));
  }

  /**
   * The events that components reported.
   *
   * @return the events, oldest first
   */
  public List<ObjectEvent> events() {
    return Collections.unmodifiableList(events);
  }

  private Map<ObjectKey, KubeObject> ofKind(String kind) {
    return objects.getOrDefault(kind, new TreeMap<>());
  }

  /** Tells changes one after another, so that no watcher sees a later change before an earlier. */
  private void tell(Change change) {
    untold.add(change);
    if (telling) {
      return;
    }
    telling = true;
    try {
      for (Change next = untold.poll(); next != null; next = untold.poll()) {
        for (Consumer<Change> watcher : List.copyOf(watchers)) {
          watcher.accept(next);
        }
      }
    } finally {
      telling = false;
    }
  }
}
