package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Works off a sweep on this machine.
 *
 * <p>Each thread makes a base cluster of its own and takes the next cell that nobody has, so
 * nothing is shared but the list of cells. The result does not depend on the number of threads. A
 * value; thread-safe.
 *
 * @param threads how many threads, at least 1
 * @param shard which shard, from 1
 * @param shards of how many
 * @param file where finished cells are kept and resumed from, if anywhere
 * @param progress is told after each finished cell; called by any thread, one at a time
 * @param stop is asked before each cell whether to leave the others for another time
 */
public record SweepRunner(
    int threads,
    int shard,
    int shards,
    Optional<Path> file,
    Progress progress,
    BooleanSupplier stop) {

  /** Is told how far a sweep is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A cell is finished, or was found finished in the file.
     *
     * @param done how many are
     * @param of how many there are in the shard
     */
    void finished(int done, int of);
  }

  /**
   * Checks the threads.
   *
   * @throws IllegalArgumentException if there is none
   */
  public SweepRunner {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads get nothing done");
    }
  }

  /** {@return a runner on all cores that keeps nothing in a file} */
  public static SweepRunner onAllCores() {
    return new SweepRunner(
        Runtime.getRuntime().availableProcessors(),
        1,
        1,
        Optional.empty(),
        (d, o) -> {},
        () -> false);
  }

  /**
   * The same with another number of threads.
   *
   * @param count how many
   * @return a copy
   * @throws IllegalArgumentException if there is none
   */
  public SweepRunner threads(int count) {
    return new SweepRunner(count, shard, shards, file, progress, stop);
  }

  /**
   * The same for a part of the cells.
   *
   * @param index which shard, from 1
   * @param of of how many
   * @return a copy
   */
  public SweepRunner shard(int index, int of) {
    return new SweepRunner(threads, index, of, file, progress, stop);
  }

  /**
   * The same with a file to resume from.
   *
   * @param path the file
   * @return a copy
   */
  public SweepRunner keepingIn(Path path) {
    return new SweepRunner(threads, shard, shards, Optional.of(path), progress, stop);
  }

  /**
   * The same with somebody to tell how far it is.
   *
   * @param listener is told
   * @return a copy
   */
  public SweepRunner telling(Progress listener) {
    return new SweepRunner(threads, shard, shards, file, listener, stop);
  }

  /**
   * The same, that can be stopped early.
   *
   * @param when asked before each cell
   * @return a copy
   */
  public SweepRunner stoppingWhen(BooleanSupplier when) {
    return new SweepRunner(threads, shard, shards, file, progress, when);
  }

  /**
   * Works off the cells of the shard that the file does not hold.
   *
   * <p>If the calling thread is interrupted, cells that are under way are finished and kept, the
   * others are left for another time, and the thread stays interrupted.
   *
   * @param sweep the sweep
   * @return all finished cells: those found in the file, and those done now. If it was stopped or a
   *     cell failed, the others are missing, but the finished ones are in the file
   * @throws IllegalArgumentException if a scenario or the traffic names something that does not
   *     exist, if there is no such shard, or the file is refused
   */
  public SweepResult run(Sweep sweep) {
    List<Integer> mine = sweep.shard(shard, shards);
    try (SweepCrew crew = new SweepCrew(sweep, Math.min(threads, mine.size()) - 1)) {
      Cluster base = sweep.base().get();
      if (file.isEmpty()) {
        SweepResult nothing = SweepResult.of(sweep.fingerprint(base), List.of());
        return run(crew, sweep.on(base), mine, nothing, null);
      }
      try (SweepFile kept = SweepFile.open(file.get(), sweep, base)) {
        return run(crew, sweep.on(base), mine, kept.found(), kept);
      }
    }
  }

  private SweepResult run(
      SweepCrew crew,
      Sweep.Worker own,
      List<Integer> mine,
      SweepResult found,
      @Nullable SweepFile kept) {
    List<Integer> left = mine.stream().filter(c -> !found.rows().containsKey(c)).toList();
    ConcurrentLinkedQueue<SweepRow> rows = new ConcurrentLinkedQueue<>();
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger(mine.size() - left.size());
    if (done.get() > 0) {
      progress.finished(done.get(), mine.size());
    }
    crew.work(own, worker -> {
      while (!crew.isToStop() && !stop.getAsBoolean()) {
        int at = next.getAndIncrement();
        if (at >= left.size()) {
          return;
        }
        SweepRow row = worker.run(left.get(at));
        rows.add(row);
        if (kept != null) {
          kept.append(row);
        }
        synchronized (done) {
          progress.finished(done.incrementAndGet(), mine.size());
        }
      }
    });
    return found.merge(SweepResult.of(found.fingerprint(), rows));
  }
}
