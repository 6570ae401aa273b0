package dev.hairpin.lb.model;

import dev.hairpin.api.IntOrString;
import org.jspecify.annotations.Nullable;

/**
 * How a load balancer finds out whether a target is well.
 *
 * @param port a number, or {@code traffic-port} for the port that the target is registered with
 * @param protocol TCP, HTTP or HTTPS
 * @param path the path that is asked for; null for TCP
 * @param httpCode the statuses that mean well, such as {@code 200-399}; null if there are none
 * @param grpcCode the gRPC statuses that mean well; null unless the group speaks gRPC
 * @param intervalSeconds from one check to the next
 * @param timeoutSeconds how long an answer may take
 * @param healthyThreshold how many successes in a row make a target healthy
 * @param unhealthyThreshold how many failures in a row make it unhealthy
 */
public record HealthCheck(
    IntOrString port,
    String protocol,
    @Nullable String path,
    @Nullable String httpCode,
    @Nullable String grpcCode,
    long intervalSeconds,
    long timeoutSeconds,
    long healthyThreshold,
    long unhealthyThreshold) {

  /** The port that means the one that a target is registered with. */
  public static final String TRAFFIC_PORT = "traffic-port";

  /**
   * Whether the check goes to the port of the traffic.
   *
   * @return true if the port is {@code traffic-port}
   */
  public boolean onTrafficPort() {
    return TRAFFIC_PORT.equals(port.name());
  }
}
