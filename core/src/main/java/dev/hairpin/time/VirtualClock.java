package dev.hairpin.time;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;

/**
 * The clock of a simulated cluster.
 *
 * <p>It stands still between calls of {@link #advance}. Timers run in the order in which they fall
 * due, those of one instant in the order in which they were set, so that a run is the same every
 * time. Not thread-safe: it belongs to the one thread that writes its cluster, which
 * {@link #guardBy} sees to.
 */
public final class VirtualClock {

  /** When a cluster begins, unless it is told otherwise: 2026-01-01T00:00:00Z. */
  public static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private Instant now;
  private long timersSet;
  private Runnable guard = () -> {};

  /** Starts a clock at {@link #EPOCH}. */
  public VirtualClock() {
    this(EPOCH);
  }

  /**
   * Starts a clock.
   *
   * @param start the time it shows first
   */
  public VirtualClock(Instant start) {
    this.now = start;
  }

  /**
   * Has something checked before time passes and before a timer is set, such as whether the calling
   * thread may do so.
   *
   * @param check throws if it is not allowed; it takes the place of the check before
   */
  public void guardBy(Runnable check) {
    guard = check;
  }

  /**
   * The time.
   *
   * @return the instant that the clock shows
   */
  public Instant now() {
    return now;
  }

  /**
   * Sets a timer.
   *
   * @param delay how long to wait; zero runs it at the next {@link #advance}, even by zero
   * @param action what to do then; it may set further timers
   * @return the timer, to cancel it
   * @throws IllegalArgumentException if the delay is negative
   */
  public Timer after(Duration delay, Runnable action) {
    guard.run();
    if (delay.isNegative()) {
      throw new IllegalArgumentException("a timer cannot fall due " + delay.negated() + " ago");
    }
    Timer timer = new Timer(now.plus(delay), timersSet++, action);
    timers.add(timer);
    return timer;
  }

  /**
   * Sets a timer that runs when another clock's timer runs there, in the same order among those
   * taken over from that clock, and before those that are set later here.
   *
   * @param original the timer of the clock of which this one is a fork, and which shows the same
   *     time
   * @param action what to do then
   * @return the timer
   */
  public Timer takeOver(Timer original, Runnable action) {
    guard.run();
    Timer timer = new Timer(original.due, original.number, action);
    timersSet = Math.max(timersSet, original.number + 1);
    timers.add(timer);
    return timer;
  }

  /**
   * Lets time pass and runs every timer that falls due, including those that running timers set. A
   * timer may call this too: then the clock goes on from its time, and is not put back after it.
   *
   * @param duration how long; zero runs what is due now
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advance(Duration duration) {
    guard.run();
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time does not go back by " + duration.negated());
    }
    Instant end = now.plus(duration);
    while (true) {
      Timer next = timers.peek();
      if (next == null || next.due.isAfter(end)) {
        break;
      }
      timers.remove();
      if (!next.cancelled) {
        now = next.due;
        next.action.run();
      }
    }
    // A timer may have let more time pass than this call was to.
    if (end.isAfter(now)) {
      now = end;
    }
  }

  /** A timer that was set on a clock. */
  public static final class Timer implements Comparable<Timer> {
    private final Instant due;
    private final long number;
    private final Runnable action;
    private boolean cancelled;

    private Timer(Instant due, long number, Runnable action) {
      this.due = due;
      this.number = number;
      this.action = action;
    }

    /**
     * When it falls due.
     *
     * @return the instant
     */
    public Instant due() {
      return due;
    }

    /** Takes the timer back; does nothing if it has run. */
    public void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Timer other) {
      int byTime = due.compareTo(other.due);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }
}
