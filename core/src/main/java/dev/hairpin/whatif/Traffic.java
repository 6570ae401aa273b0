package dev.hairpin.whatif;

import java.io.Serializable;
import java.time.Duration;

/**
 * Connections that somebody opens at a steady rate.
 *
 * <pre>{@code
 * Traffic.between("internet", "service/ui/ui-nlb").perSecond(400).lasting(Duration.ofSeconds(30))
 *     .requests(20).bytes(1_500, 12_000).named("shoppers")
 * }</pre>
 *
 * @param name what reports call it
 * @param from as for {@link dev.hairpin.Cluster#from}; the name of a workload stands for all of its
 *     pods, each with the same part of the rate
 * @param to as for {@link dev.hairpin.Connection#to}; or {@code service/NAMESPACE/NAME[:PORT]} for
 *     the load balancer of a Service, or its name if it has none, and
 *     {@code ingress/NAMESPACE/NAME[/PATH]} for that of an Ingress
 * @param connectionsPerSecond new connections each second of all sources together, from 0 on
 * @param secondsPerConnection how long one is open, from 0 on
 * @param requestsPerConnection requests on one connection; 1 without keep-alive, at least 1
 * @param requestBytes octets of a request, from 0 on
 * @param responseBytes octets of an answer, from 0 on
 * @param resolves whether the target's name is looked up for each connection, as by a program
 *     without a cache
 */
public record Traffic(
    String name,
    String from,
    String to,
    double connectionsPerSecond,
    double secondsPerConnection,
    double requestsPerConnection,
    double requestBytes,
    double responseBytes,
    boolean resolves)
    implements Serializable {

  /** Far beyond any network; figures that are worked out of what is below are finite numbers. */
  private static final double MOST = 1e100;

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException if a figure is negative or no number, there is less than one
   *     request on a connection, or octets or open connections are too many to be counted
   */
  public Traffic {
    check(name, "connectionsPerSecond", connectionsPerSecond, 0);
    check(name, "secondsPerConnection", secondsPerConnection, 0);
    check(name, "requestsPerConnection", requestsPerConnection, 1);
    check(name, "requestBytes", requestBytes, 0);
    check(name, "responseBytes", responseBytes, 0);
    most(
        name,
        "octets each second",
        connectionsPerSecond * requestsPerConnection * (requestBytes + responseBytes));
    most(name, "open connections", connectionsPerSecond * secondsPerConnection);
  }

  private static void most(String name, String what, double value) {
    if (value > MOST) {
      throw new IllegalArgumentException(
          "traffic \"" + name + "\": " + value + " " + what + " cannot be, " + MOST + " could");
    }
  }

  private static void check(String name, String what, double value, double least) {
    if (!(value >= least) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("traffic \"" + name + "\": " + what + " " + value
          + " is not a number from " + (long) least + " on");
    }
  }

  /**
   * One connection a second, which is closed at once after one request of 1 kB and an answer of 10.
   *
   * @param from who connects
   * @param to where to
   * @return the traffic, named after both
   */
  public static Traffic between(String from, String to) {
    return new Traffic(from + " to " + to, from, to, 1, 0, 1, 1_000, 10_000, true);
  }

  /**
   * The same under another name.
   *
   * @param newName the name
   * @return a copy
   */
  public Traffic named(String newName) {
    return new Traffic(
        newName,
        from,
        to,
        connectionsPerSecond,
        secondsPerConnection,
        requestsPerConnection,
        requestBytes,
        responseBytes,
        resolves);
  }

  /**
   * The same with another rate.
   *
   * @param rate new connections each second
   * @return a copy
   * @throws IllegalArgumentException if the rate is negative or no number
   */
  public Traffic perSecond(double rate) {
    return new Traffic(
        name,
        from,
        to,
        rate,
        secondsPerConnection,
        requestsPerConnection,
        requestBytes,
        responseBytes,
        resolves);
  }

  /**
   * The same with connections that stay open for another time.
   *
   * @param open how long
   * @return a copy
   * @throws IllegalArgumentException if the time is negative
   */
  public Traffic lasting(Duration open) {
    return new Traffic(
        name,
        from,
        to,
        connectionsPerSecond,
        open.getSeconds() + open.getNano() / 1e9,
        requestsPerConnection,
        requestBytes,
        responseBytes,
        resolves);
  }

  /**
   * The same with keep-alive.
   *
   * @param perConnection requests on one connection, at least 1
   * @return a copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public Traffic requests(double perConnection) {
    return new Traffic(
        name,
        from,
        to,
        connectionsPerSecond,
        secondsPerConnection,
        perConnection,
        requestBytes,
        responseBytes,
        resolves);
  }

  /**
   * The same with other sizes.
   *
   * @param request octets of a request
   * @param response octets of an answer
   * @return a copy
   * @throws IllegalArgumentException if one is negative
   */
  public Traffic bytes(double request, double response) {
    return new Traffic(
        name,
        from,
        to,
        connectionsPerSecond,
        secondsPerConnection,
        requestsPerConnection,
        request,
        response,
        resolves);
  }

  /**
   * The same of a program that looks the name up once and keeps the address.
   *
   * @return a copy
   */
  public Traffic resolvingOnce() {
    return new Traffic(
        name,
        from,
        to,
        connectionsPerSecond,
        secondsPerConnection,
        requestsPerConnection,
        requestBytes,
        responseBytes,
        false);
  }

  /** {@return requests each second} */
  public double requestsPerSecond() {
    return connectionsPerSecond * requestsPerConnection;
  }

  /** {@return connections that are open at a time, in the mean: Little's law} */
  public double openConnections() {
    return connectionsPerSecond * secondsPerConnection;
  }

  /** {@return octets each second, requests and answers together} */
  public double bytesPerSecond() {
    return requestsPerSecond() * (requestBytes + responseBytes);
  }
}
