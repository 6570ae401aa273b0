package dev.hairpin.lb.elb.alb;

import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of the next request on an idle connection between load balancer and target.
 *
 * <p>Source: user guide for Application Load Balancers, "Troubleshoot", HTTP 502: the target closed
 * the connection while the load balancer had a request outstanding on it. The advice there is a
 * keep-alive of the target longer than the load balancer's idle time-out.
 *
 * @param targetKeepAlive how long the target keeps an idle connection, such as 5 s
 * @param idleTimeout how long the load balancer keeps it, 60 s by default
 * @param closing how long the target's FIN takes to reach the load balancer: a request that is sent
 *     in this time meets a closed socket
 */
public record TargetKeepAlive(Duration targetKeepAlive, Duration idleTimeout, Duration closing) {

  /** What becomes of a request. */
  public enum Reuse {
    /** It goes out on the idle connection. */
    REUSED,
    /** One side has closed and the load balancer knows: it goes out on a new connection. */
    NEW_CONNECTION,
    /** The target has closed and the load balancer does not know yet: the client gets 502. */
    BAD_GATEWAY
  }

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public TargetKeepAlive {
    if (targetKeepAlive.isNegative() || idleTimeout.isNegative() || closing.isNegative()) {
      throw new IllegalArgumentException("times are not negative: keep-alive "
          + targetKeepAlive
          + ", idle time-out "
          + idleTimeout
          + ", closing "
          + closing);
    }
  }

  /**
   * The next request after a pause.
   *
   * @param pause how long the connection was idle
   * @return what becomes of it
   */
  public Reuse after(Duration pause) {
    if (pause.compareTo(idleTimeout) >= 0) {
      return Reuse.NEW_CONNECTION;
    }
    if (pause.compareTo(targetKeepAlive) < 0) {
      return Reuse.REUSED;
    }
    boolean closed = pause.compareTo(targetKeepAlive.plus(closing)) >= 0;
    return closed ? Reuse.NEW_CONNECTION : Reuse.BAD_GATEWAY;
  }

  /**
   * The share of requests that get 502 if pauses are exponentially distributed, as those of many
   * independent clients are.
   *
   * @param meanPause the mean pause; positive
   * @return the probability that a pause ends while the target's FIN is on its way
   * @throws IllegalArgumentException if the mean is not positive
   */
  public double badGatewayShare(Duration meanPause) {
    double mean = meanPause.toNanos();
    if (mean <= 0) {
      throw new IllegalArgumentException("a mean pause is positive, not " + meanPause);
    }
    double from = Math.min(targetKeepAlive.toNanos(), idleTimeout.toNanos());
    double to = Math.min(targetKeepAlive.plus(closing).toNanos(), idleTimeout.toNanos());
    return Math.exp(-from / mean) - Math.exp(-to / mean);
  }

  /**
   * What to change.
   *
   * @return the advice; nothing if the target keeps connections longer than the load balancer
   */
  public Optional<String> advice() {
    return targetKeepAlive.compareTo(idleTimeout) > 0
        ? Optional.empty()
        : Optional.of("the target closes idle connections after "
            + targetKeepAlive.toSeconds()
            + " s, the load balancer after "
            + idleTimeout.toSeconds()
            + " s: let the target keep them longer, for example "
            + idleTimeout.plusSeconds(5).toSeconds()
            + " s");
  }
}
