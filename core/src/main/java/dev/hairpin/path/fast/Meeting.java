package dev.hairpin.path.fast;

import java.util.concurrent.Phaser;

/** Where the lanes of a {@link ConnectionEngine} wait for each other. Thread-safe. */
final class Meeting {

  /*
   * Lanes come to a meeting at nearly the same time, and to wake a thread up costs as much as many
   * connections: so they look for the others for a while before they sleep.
   */
  private static final int SPINS = 20_000;

  private final Phaser phaser;
  private final boolean alone;
  private final int spins;

  Meeting(int lanes) {
    phaser = new Phaser(lanes);
    alone = lanes == 1;
    spins = lanes <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
  }

  /**
   * Waits until all lanes are here. What each wrote before, all see afterwards.
   *
   * @throws IllegalStateException if a lane has {@linkplain #leave left}
   */
  void await() {
    if (alone) {
      return;
    }
    int phase = phaser.arrive();
    for (int i = spins; i > 0 && phaser.getPhase() == phase; i--) {
      Thread.onSpinWait();
    }
    if (phaser.awaitAdvance(phase) < 0) {
      throw new IllegalStateException("another lane has failed");
    }
  }

  /** A lane has failed: nobody waits any more. */
  void leave() {
    phaser.forceTermination();
  }
}
