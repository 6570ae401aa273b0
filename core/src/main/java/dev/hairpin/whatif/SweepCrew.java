package dev.hairpin.whatif;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a sweep: the caller's, and helpers that each have a base cluster of their own.
 * Helpers make theirs while the caller still looks what there is to do.
 */
final class SweepCrew implements AutoCloseable {
  private final CountDownLatch told = new CountDownLatch(1);
  private final List<Thread> helpers = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicBoolean interrupted = new AtomicBoolean();

  /** What to do; nothing as long as nobody has said it. */
  private volatile Consumer<Sweep.Worker> work = worker -> {};

  SweepCrew(Sweep sweep, int helpers) {
    for (int i = 1; i <= helpers; i++) {
      Thread helper = new Thread(() -> guarded(() -> help(sweep)), "hairpin-sweep-" + i);
      helper.setDaemon(true);
      helper.start();
      this.helpers.add(helper);
    }
  }

  /** A cluster belongs to the thread that made it. */
  private void help(Sweep sweep) {
    Sweep.Worker worker = sweep.on(sweep.base().get());
    Uninterruptibles.awaitUninterruptibly(told);
    work.accept(worker);
  }

  private void guarded(Runnable job) {
    try {
      job.run();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Whether somebody has failed, or the thread that asks was interrupted, or another one was. */
  boolean isToStop() {
    if (Thread.currentThread().isInterrupted()) {
      interrupted.set(true);
    }
    return interrupted.get() || failure.get() != null;
  }

  /**
   * Lets everybody work, and waits until all have ended.
   *
   * @param own the caller's worker
   * @param job what each does
   */
  void work(Sweep.Worker own, Consumer<Sweep.Worker> job) {
    work = job;
    told.countDown();
    guarded(() -> job.accept(own));
    close();
    Throwable failed = failure.get();
    if (failed instanceof Error error) {
      throw error;
    }
    if (failed != null) {
      throw (RuntimeException) failed;
    }
  }

  /** Waits for the helpers; who was not told what to do does nothing. */
  @Override
  public void close() {
    told.countDown();
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted.set(true);
        }
      }
    }
    if (interrupted.get()) {
      Thread.currentThread().interrupt();
    }
  }
}
