package dev.hairpin.lb.elb;

import org.jspecify.annotations.Nullable;

/**
 * How a load balancer finds out whether a target is well.
 *
 * <p>Source: user guides, "Health checks for your target groups".
 *
 * @param protocol {@code TCP}, {@code HTTP} or {@code HTTPS}
 * @param port the port, or null for the one that traffic goes to
 * @param path what HTTP checks ask for; unused by TCP
 * @param intervalSeconds from the start of one check to that of the next, 5 to 300
 * @param timeoutSeconds how long an answer may take, 2 to 120
 * @param healthyThresholdCount successes in a row that make an unhealthy target healthy, 2 to 10
 * @param unhealthyThresholdCount failures in a row that make a healthy target unhealthy, 2 to 10
 * @param matcher the good codes; unused by TCP
 */
public record HealthCheck(
    ListenerProtocol protocol,
    @Nullable Integer port,
    String path,
    int intervalSeconds,
    int timeoutSeconds,
    int healthyThresholdCount,
    int unhealthyThresholdCount,
    Matcher matcher) {

  /** What the controller asks for on a Network Load Balancer: TCP, 10 s, 10 s, 3, 3. */
  public static final HealthCheck NETWORK =
      new HealthCheck(ListenerProtocol.TCP, null, "/", 10, 10, 3, 3, new Matcher("200-399"));

  /** What the controller asks for on an Application Load Balancer: GET /, 15 s, 5 s, 2, 2, 200. */
  public static final HealthCheck APPLICATION =
      new HealthCheck(ListenerProtocol.HTTP, null, "/", 15, 5, 2, 2, new Matcher("200"));

  /**
   * Checks the ranges.
   *
   * @throws ElbException if a number is out of its range or the protocol cannot be used
   */
  public HealthCheck {
    if (protocol != ListenerProtocol.TCP && protocol.type() == LoadBalancerType.NETWORK) {
      throw ElbException.invalid("Health check protocol '" + protocol + "' is not supported");
    }
    range("interval", intervalSeconds, 5, 300);
    range("timeout", timeoutSeconds, 2, 120);
    range("healthy threshold count", healthyThresholdCount, 2, 10);
    range("unhealthy threshold count", unhealthyThresholdCount, 2, 10);
    if (port != null) {
      range("port", port, 1, 65_535);
    }
    if (timeoutSeconds > intervalSeconds) {
      throw ElbException.invalid(
          "Health check interval must be greater than the timeout; got interval "
              + intervalSeconds
              + " and timeout "
              + timeoutSeconds);
    }
  }

  private static void range(String what, int value, int first, int last) {
    if (value < first || value > last) {
      throw ElbException.invalid(
          "Health check " + what + " '" + value + "' must be between " + first + " and " + last);
    }
  }

  /**
   * The check that asks a node's health-check port, as {@code externalTrafficPolicy: Local} needs.
   *
   * @param healthCheckNodePort the Service's port
   * @return HTTP {@code /healthz}, 10 s, 6 s, 2, 2, 200-399
   */
  public static HealthCheck ofNodePort(int healthCheckNodePort) {
    return new HealthCheck(
        ListenerProtocol.HTTP,
        healthCheckNodePort,
        "/healthz",
        10,
        6,
        2,
        2,
        new Matcher("200-399"));
  }

  /**
   * The same check with another path.
   *
   * @param value the path
   * @return the new check
   */
  public HealthCheck withPath(String value) {
    return new HealthCheck(
        protocol,
        port,
        value,
        intervalSeconds,
        timeoutSeconds,
        healthyThresholdCount,
        unhealthyThresholdCount,
        matcher);
  }

  /**
   * The port as the API writes it.
   *
   * @return {@code traffic-port} or a number
   */
  public String portText() {
    return port == null ? "traffic-port" : Integer.toString(port);
  }
}
