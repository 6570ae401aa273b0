package dev.hairpin.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the kubelet says of one container.
 *
 * <p>Source: {@code v1.ContainerStatus}
 *
 * @param name the container's name
 * @param state what it does now
 * @param ready whether it passed its readiness probe
 * @param started whether it passed its startup probe; null if unsaid
 * @param restartCount how often it was restarted
 * @param lastFinishedAt when its previous run ended, or null
 */
public record ContainerStatus(
    String name,
    State state,
    boolean ready,
    @Nullable Boolean started,
    int restartCount,
    @Nullable Instant lastFinishedAt) {

  /** What a container does. */
  public sealed interface State {}

  /**
   * It does not run yet.
   *
   * @param reason why, such as {@code ContainerCreating}; may be empty
   */
  public record Waiting(String reason) implements State {}

  /**
   * It runs.
   *
   * @param startedAt since when, or null if unsaid
   */
  public record Running(@Nullable Instant startedAt) implements State {}

  /**
   * It has ended.
   *
   * @param reason why, such as {@code Completed} or {@code Error}; may be empty
   * @param exitCode its exit code
   * @param signal the signal that ended it; 0 if none did
   */
  public record Terminated(String reason, int exitCode, int signal) implements State {}
}
