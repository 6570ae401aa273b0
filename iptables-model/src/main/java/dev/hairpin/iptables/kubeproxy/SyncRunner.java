package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a proxier syncs: soon after a change, but not too often, and from time to time
 * without one.
 *
 * <p>v1.30 takes a token from a bucket of two, which fills by one in each minimal interval, and
 * asks for a retry as for any other run. v1.36 leaves the minimal interval between any two runs.
 *
 * <p>Source: {@code pkg/util/async/bounded_frequency_runner.go} of v1.30 and
 * {@code pkg/proxy/runner} of v1.36.
 */
final class SyncRunner {
  static final Duration MAX_INTERVAL = Duration.ofHours(1);

  private static final int BURST = 2;

  private final VirtualClock clock;
  private final Duration minInterval;
  private final Duration retryInterval;
  private final boolean bursts;
  private final BooleanSupplier sync;

  private VirtualClock.@Nullable Timer timer;
  private @Nullable Instant lastRun;
  private double tokens = BURST;
  private Instant tokensAt;

  /**
   * A runner that has not been asked yet.
   *
   * @param sync syncs; says whether it succeeded
   */
  SyncRunner(
      VirtualClock clock,
      KubeProxyVersion version,
      Duration minInterval,
      Duration retryInterval,
      BooleanSupplier sync) {
    this.clock = clock;
    this.minInterval = minInterval;
    this.retryInterval = retryInterval;
    this.bursts = !version.retriesInRunner();
    this.sync = sync;
    this.tokensAt = clock.now();
  }

  private SyncRunner(SyncRunner original, VirtualClock clock, BooleanSupplier sync) {
    this.clock = clock;
    this.minInterval = original.minInterval;
    this.retryInterval = original.retryInterval;
    this.bursts = original.bursts;
    this.sync = sync;
    this.lastRun = original.lastRun;
    this.tokens = original.tokens;
    this.tokensAt = original.tokensAt;
    this.timer = original.timer == null ? null : clock.takeOver(original.timer, this::run);
  }

  /** A runner that runs when this one does, on a fork of its clock. */
  SyncRunner in(VirtualClock fork, BooleanSupplier itsSync) {
    return new SyncRunner(this, fork, itsSync);
  }

  /** Asks for a sync as soon as one is allowed. */
  void request() {
    Duration wait = untilAllowed();
    if (timer == null || clock.now().plus(wait).isBefore(timer.due())) {
      schedule(wait);
    }
  }

  /** Stops: no sync runs any more. */
  void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private Duration untilAllowed() {
    if (minInterval.isZero() || lastRun == null) {
      return Duration.ZERO;
    }
    if (bursts && tokensNow() >= 1) {
      return Duration.ZERO;
    }
    Duration since = Duration.between(lastRun, clock.now());
    return since.compareTo(minInterval) >= 0 ? Duration.ZERO : minInterval.minus(since);
  }

  private double tokensNow() {
    double gained =
        (double) Duration.between(tokensAt, clock.now()).toNanos() / minInterval.toNanos();
    return Math.min(BURST, tokens + gained);
  }

  private void schedule(Duration wait) {
    if (timer != null) {
      timer.cancel();
    }
    timer = clock.after(wait, this::run);
  }

  private void run() {
    if (bursts && !minInterval.isZero()) {
      tokens = Math.max(0, tokensNow() - 1);
      tokensAt = clock.now();
    }
    timer = null;
    boolean succeeded = sync.getAsBoolean();
    lastRun = clock.now();
    schedule(succeeded ? MAX_INTERVAL : retryInterval);
  }
}
