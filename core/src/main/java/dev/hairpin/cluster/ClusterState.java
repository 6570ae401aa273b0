package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.time.VirtualClock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a cluster, and who watches them.
 *
 * <p>Objects are listed by namespace and name. Every change gets the next resource version and is
 * told to the watchers, in the order in which they began to watch, before the call that made it
 * returns; a watcher may make further changes, which are told after this one. A watcher that throws
 * keeps nobody else from being told: the call that made the change throws in the end what the
 * watcher threw, and the change stays.
 *
 * <p>Single-writer: only the thread that made the state, or that last {@linkplain #adopt adopted}
 * it, may change it, fork it or let its clock run; another one gets an
 * {@link IllegalStateException}. Once that thread has ended, the next one that writes takes its
 * place, as sessions do that run each command in a thread of its own. Other threads read a
 * {@link #snapshot}.
 */
public final class ClusterState implements ClusterView {
  private final ObjectTable objects;
  private List<Watch> watches = List.of();
  private final List<ObjectEvent> events = new ArrayList<>();
  private final Deque<Change> untold = new ArrayDeque<>();
  private final VirtualClock clock;
  private final long seed;
  private final Uids uids;
  private final AtomicReference<Thread> writer = new AtomicReference<>(Thread.currentThread());
  private @Nullable Runnable beforeChange;
  private boolean telling;
  private long resourceVersion;

  /** The changes of the group that is being made, of which nobody was told yet. */
  private @Nullable List<Change> group;

  /** How far everything was when a group, or a group within it, began. */
  private record Mark(int changes, long resourceVersion, int events) {}

  /**
   * An empty state.
   *
   * @param clock the cluster's clock
   * @param seed what every random choice of the cluster is derived from
   */
  public ClusterState(VirtualClock clock, long seed) {
    this(clock, seed, new ObjectTable(), new Uids(seed));
  }

  private ClusterState(VirtualClock clock, long seed, ObjectTable objects, Uids uids) {
    this.clock = clock;
    this.seed = seed;
    this.objects = objects;
    this.uids = uids;
    clock.guardBy(this::checkWriter);
  }

  /**
   * An independent copy of the objects and events, without watchers.
   *
   * <p>The two share what neither has changed since: a change copies the index of the few dozen
   * objects around the changed one, the first time.
   *
   * @param newClock the copy's clock
   * @return the copy, which belongs to the calling thread
   * @throws IllegalStateException if called from a thread other than the writer, or by a group of
   *     changes that is not complete
   */
  public ClusterState fork(VirtualClock newClock) {
    checkComplete();
    ClusterState copy = new ClusterState(newClock, seed, objects.fork(), uids.fork());
    copy.events.addAll(events);
    copy.resourceVersion = resourceVersion;
    return copy;
  }

  /**
   * The objects as they are now, for readers on any thread.
   *
   * @return the snapshot; it costs a few references for every hundred objects now, and the index of
   *     the objects around each one that changes later
   * @throws IllegalStateException if called from a thread other than the writer, or by a group of
   *     changes that is not complete
   */
  public ClusterSnapshot snapshot() {
    checkComplete();
    return new ClusterSnapshot(objects.fork(), resourceVersion);
  }

  /**
   * Makes the calling thread the writer. Whoever hands a state to another thread must see to it
   * that the former writer has stopped.
   */
  public void adopt() {
    writer.set(Thread.currentThread());
  }

  /**
   * Puts off some work until just before the next change, or until whoever asks for it runs it.
   *
   * @param work what to do once; it may change the state
   * @throws IllegalStateException if called from a thread other than the writer, or some other work
   *     is put off already
   */
  public void beforeNextChange(Runnable work) {
    checkWriter();
    if (beforeChange != null) {
      throw new IllegalStateException("other work waits for the next change");
    }
    beforeChange = work;
  }

  private void aboutToChange() {
    checkWriter();
    Runnable work = beforeChange;
    if (work != null) {
      beforeChange = null;
      work.run();
    }
  }

  private void checkWriter() {
    Thread current = Thread.currentThread();
    Thread holder = writer.get();
    if (current == holder) {
      return;
    }
    // of several threads that find the writer ended, one becomes the next
    if (holder.isAlive() || !writer.compareAndSet(holder, current)) {
      throw new IllegalStateException("this cluster is written by thread \""
          + writer.get().getName()
          + "\" alone; thread \""
          + current.getName()
          + "\" may read a snapshot() or a fork()");
    }
  }

  private void checkComplete() {
    checkWriter();
    if (group != null) {
      throw new IllegalStateException("a group of changes is not complete");
    }
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

  @Override
  public long resourceVersion() {
    return resourceVersion;
  }

  /**
   * Whether a namespace is being deleted: nothing new may be made in it.
   *
   * @param namespace its name
   * @return true until it is gone; false if nobody made it
   */
  public boolean isTerminating(String namespace) {
    return objects.get(new ObjectKey(Namespace.KIND, "", namespace)) instanceof Namespace found
        && found.isTerminating();
  }

  @Override
  public Optional<KubeObject> get(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  @Override
  public Collection<KubeObject> list(String kind) {
    return objects.list(kind);
  }

  @Override
  public List<String> kinds() {
    return objects.kinds();
  }

  /**
   * Stores an object as it is, without admission, as a component does that may write it, or as a
   * snapshot of another cluster is taken over. An object equal to the stored one changes nothing.
   *
   * @param object the object; uid, creation time and version are given to it where it has none
   * @return the object as stored
   * @throws IllegalStateException if called from a thread other than the writer
   */
  public KubeObject store(KubeObject object) {
    aboutToChange();
    ObjectKey key = object.key();
    @Nullable KubeObject before = objects.get(key);
    ObjectMeta old = before == null ? object.metadata() : before.metadata();
    if (before != null
        && stored(object, before, old.resourceVersion(), old.generation()).equals(before)) {
      return before;
    }
    KubeObject after = stored(object, before, ++resourceVersion, Generations.of(before, object));
    objects.put(key, after);
    changed(new Change(before, after));
    return after;
  }

  private KubeObject stored(
      KubeObject object, @Nullable KubeObject before, long version, long generation) {
    ObjectMeta meta = object.metadata();
    String uid = meta.uid();
    if (uid.isEmpty()) {
      uid = before != null ? before.metadata().uid() : uids.of(object.key());
    }
    @Nullable Instant created = meta.creationTimestamp();
    if (created == null && before != null) {
      created = before.metadata().creationTimestamp();
    }
    return object.withMetadata(meta.stored(
        uid,
        created == null ? clock.now() : created,
        meta.deletionTimestamp(),
        version,
        generation));
  }

  /**
   * Removes an object at once.
   *
   * @param key kind, namespace and name
   * @return the object as it was, or nothing if there was none
   * @throws IllegalStateException if called from a thread other than the writer
   */
  public Optional<KubeObject> remove(ObjectKey key) {
    aboutToChange();
    @Nullable KubeObject before = objects.remove(key);
    if (before != null) {
      resourceVersion++;
      uids.removed(key);
      changed(new Change(before, null));
    }
    return Optional.ofNullable(before);
  }

  /**
   * Makes a group of changes that happen together or not at all. Watchers are told of them at the
   * end.
   *
   * <p>A group within a group is a part of the outer one. If it fails, its own changes are taken
   * back, and the outer one may go on.
   *
   * @param work makes the changes
   * @param <T> what it gives back
   * @return what the work gave back
   * @throws IllegalStateException if called from a thread other than the writer
   */
  public <T> T transaction(Supplier<T> work) {
    return transaction(work, () -> {});
  }

  /**
   * Makes a group of changes that happen together or not at all, and with them something beside the
   * objects.
   *
   * @param work makes the changes
   * @param undo takes back what else the work has done; called if the work fails, after its changes
   *     were taken back, and not if only a watcher fails, as the changes stay then
   * @param <T> what the work gives back
   * @return what the work gave back
   * @throws IllegalStateException if called from a thread other than the writer
   */
  public <T> T transaction(Supplier<T> work, Runnable undo) {
    aboutToChange();
    boolean outermost = group == null;
    List<Change> changes = group == null ? new ArrayList<>() : group;
    Mark begin = new Mark(changes.size(), resourceVersion, events.size());
    group = changes;
    boolean complete = false;
    T result;
    try {
      result = work.get();
      complete = true;
    } finally {
      if (outermost) {
        group = null;
      }
      if (!complete) {
        undo(changes, begin);
        undo.run();
      }
    }
    if (outermost) {
      tell(changes);
    }
    return result;
  }

  private void undo(List<Change> changes, Mark begin) {
    List<Change> failed = changes.subList(begin.changes, changes.size());
    for (int i = failed.size() - 1; i >= 0; i--) {
      Change change = failed.get(i);
      @Nullable KubeObject before = change.before();
      if (before == null) {
        objects.remove(change.key());
      } else {
        objects.put(change.key(), before);
        if (change.after() == null) {
          uids.restored(change.key());
        }
      }
    }
    failed.clear();
    resourceVersion = begin.resourceVersion;
    events.subList(begin.events, events.size()).clear();
  }

  private void changed(Change change) {
    if (group != null) {
      group.add(change);
    } else {
      tell(List.of(change));
    }
  }

  /**
   * Calls back for every change from now on.
   *
   * @param watcher what to call
   * @return the watch, by which it can be ended
   * @throws IllegalStateException if called from a thread other than the writer
   */
  public Watch watch(Consumer<Change> watcher) {
    checkWriter();
    Watch watch = new Watch(this, watcher);
    List<Watch> more = new ArrayList<>(watches);
    more.add(watch);
    watches = List.copyOf(more);
    return watch;
  }

  void end(Watch watch) {
    checkWriter();
    watches = watches.stream().filter(w -> w != watch).toList();
  }

  /**
   * Reports an event on an object.
   *
   * @param object what it is about
   * @param warning true for {@code Warning}, false for {@code Normal}
   * @param reason a word
   * @param message a sentence
   * @param reporter the component
   * @throws IllegalStateException if called from a thread other than the writer
   */
  public void report(
      ObjectKey object, boolean warning, String reason, String message, String reporter) {
    checkWriter();
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

  /** Tells changes one after another, so that no watcher sees a later change before an earlier. */
  private void tell(List<Change> changes) {
    untold.addAll(changes);
    if (telling) {
      return;
    }
    telling = true;
    @Nullable Throwable failure = null;
    for (Change next = untold.poll(); next != null; next = untold.poll()) {
      for (Watch watch : watches) {
        try {
          watch.tell(next);
        } catch (RuntimeException | Error e) {
          failure = joined(failure, e);
        }
      }
    }
    telling = false;
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    }
  }

  private static Throwable joined(@Nullable Throwable first, Throwable next) {
    if (first == null) {
      return next;
    }
    if (first != next) {
      first.addSuppressed(next);
    }
    return first;
  }

  /** The number of objects and the version. */
  @Override
  public String toString() {
    return objects.size() + " objects at version " + resourceVersion;
  }
}
