package dev.hairpin;

import dev.hairpin.path.Attempt;
import dev.hairpin.path.Exchange;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection that stays open, or a socket that sends datagrams from one port: which server it
 * reaches was chosen for its first packet.
 *
 * <p>Got from {@link Connection#open}. Not thread-safe.
 */
public final class OpenConnection {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final @Nullable Attempt attempt;
  private final Trace first;

  OpenConnection(Cluster cluster, Trace notMade) {
    this.cluster = cluster;
    this.attempt = null;
    this.first = notMade;
  }

  OpenConnection(Cluster cluster, Attempt attempt, Source source, String target) {
    this.cluster = cluster;
    this.attempt = attempt;
    Trace trace = attempt.trace();
    this.first = trace.hops().isEmpty()
        ? trace
        : trace.explainedBy(cluster.explainer().connection(source, target, trace));
  }

  /**
   * The way of the first packet.
   *
   * @return its trace
   */
  public Trace trace() {
    return first;
  }

  /**
   * Whether a stream is open.
   *
   * @return true from the first answer until it is closed or reset; false for datagrams
   */
  public boolean isOpen() {
    return attempt != null && attempt.isStream() && attempt.isOpen();
  }

  /**
   * Sends a request, or a datagram, and waits five seconds for the answer.
   *
   * @return what came of it
   * @throws IllegalStateException if the connection was never made
   */
  public Exchange ask() {
    return ask(PATIENCE);
  }

  /**
   * Sends a request, or a datagram, and waits for the answer.
   *
   * @param patience how long to wait; the cluster's time goes on meanwhile
   * @return what came of it
   * @throws IllegalStateException if the connection was never made
   */
  public Exchange ask(Duration patience) {
    if (attempt == null) {
      throw new IllegalStateException("the connection was never made: " + first.outcome());
    }
    return cluster.network().exchange(attempt, patience, cluster.chooser());
  }

  /** Closes the connection in order; does nothing if it is not open. */
  public void close() {
    if (attempt != null) {
      attempt.close();
    }
  }

  /** The outcome of the first packet. */
  @Override
  public String toString() {
    return first.outcome().toString();
  }
}
