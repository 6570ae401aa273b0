package dev.hairpin.cluster.control;

import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The keys that a controller has still to look at, each once.
 *
 * <p>A key added while it waits is not added again. Keys are worked on in the order in which they
 * were added, when the clock has moved on by the delay; with a delay of zero at the next
 * {@link VirtualClock#advance}, even by zero. So many changes made together cost one look. Not
 * thread-safe.
 *
 * @param <K> what identifies a piece of work
 */
public final class WorkQueue<K> {
  private final VirtualClock clock;
  private final Duration delay;
  private final Consumer<K> worker;
  private final Map<K, VirtualClock.Timer> waiting = new LinkedHashMap<>();

  /**
   * An empty queue.
   *
   * @param clock the cluster's clock
   * @param delay how long after a change the controller looks; not negative
   * @param worker what the controller does with a key
   */
  public WorkQueue(VirtualClock clock, Duration delay, Consumer<K> worker) {
    this.clock = clock;
    this.delay = delay;
    this.worker = worker;
  }

  /**
   * Adds a key, unless it waits already.
   *
   * @param key the key
   */
  public void add(K key) {
    addAfter(key, delay);
  }

  /**
   * Adds a key that waits for another time than the queue's own, unless it waits already.
   *
   * @param key the key
   * @param wait how long it waits
   */
  public void addAfter(K key, Duration wait) {
    if (!waiting.containsKey(key)) {
      waiting.put(key, clock.after(wait, () -> work(key)));
    }
  }

  private void work(K key) {
    if (waiting.remove(key) != null) {
      worker.accept(key);
    }
  }

  /**
   * Takes over the keys of another queue, each with the time and the turn that it has there, as the
   * queue of a forked cluster does.
   *
   * @param other the queue of the original, whose clock shows the same time
   */
  public void continueFrom(WorkQueue<K> other) {
    other.waiting.forEach((key, timer) -> waiting.put(key, clock.takeOver(timer, () -> work(key))));
  }

  /**
   * How many keys wait.
   *
   * @return the number of keys
   */
  public int size() {
    return waiting.size();
  }
}
