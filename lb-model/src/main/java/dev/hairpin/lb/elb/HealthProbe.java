package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;

/**
 * Answers health checks. The load balancers of a cluster ask it, and it walks the packets: through
 * the node port to a pod, to the pod itself, or to the answer of a health-check node port.
 */
@FunctionalInterface
public interface HealthProbe {

  /**
   * Checks one target once.
   *
   * @param request what the load balancer sends
   * @return what comes back
   */
  Result probe(Request request);

  /**
   * One health check.
   *
   * @param source the load balancer's private address; the port is its own affair
   * @param target the target as registered
   * @param destination where the check goes to: the target's address and the check's port
   * @param check protocol, path and codes
   * @param proxyProtocol whether a PROXY protocol v2 header with command LOCAL comes first
   */
  record Request(
      IpAddress source,
      TargetDescription target,
      SocketAddress destination,
      HealthCheck check,
      boolean proxyProtocol) {}

  /** What came back. */
  sealed interface Result {

    /** A connection was made and, for HTTP, the request was answered. */
    record Answered(int code, Duration after) implements Result {
      /**
       * A TCP connection was made.
       *
       * @param after how long that took
       * @return the result
       */
      public static Answered connected(Duration after) {
        return new Answered(0, after);
      }

      /**
       * An HTTP or gRPC answer came at once.
       *
       * @param code the status
       * @return the result
       */
      public static Answered code(int code) {
        return new Answered(code, Duration.ZERO);
      }
    }

    /** The connection was refused or reset, or the answer was no answer. */
    record Failed(Duration after) implements Result {
      /**
       * It was refused at once.
       *
       * @return the result
       */
      public static Failed refused() {
        return new Failed(Duration.ZERO);
      }
    }

    /** Nothing came. */
    record TimedOut() implements Result {}
  }
}
