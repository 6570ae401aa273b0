package dev.hairpin.dns.server;

import java.net.InetAddress;
import java.time.Duration;

/**
 * Where and how a {@link DnsServer} listens.
 *
 * @param address the address to listen on, for UDP and TCP
 * @param port the port, 0 to 65535; 0 takes a free one
 * @param beyondLoopback whether an address is accepted that other machines can reach
 * @param mostConnections how many TCP connections are held at once; a further one is closed at once
 * @param firstMessageTimeout how long a connection may take for its first message; CoreDNS gives 3
 *     s
 * @param idleTimeout how long it may take for each further one; CoreDNS gives 10 s
 */
public record DnsServerOptions(
    InetAddress address,
    int port,
    boolean beyondLoopback,
    int mostConnections,
    Duration firstMessageTimeout,
    Duration idleTimeout) {

  /** A free port of 127.0.0.1, 1,000 connections, and CoreDNS's timeouts. */
  public static final DnsServerOptions DEFAULT = new DnsServerOptions(
      InetAddress.getLoopbackAddress(),
      0,
      false,
      1_000,
      Duration.ofSeconds(3),
      Duration.ofSeconds(10));

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the address is not a loopback address and that was not
   *     allowed, or a number is out of its range
   */
  public DnsServerOptions {
    if (!address.isLoopbackAddress() && !beyondLoopback) {
      throw new IllegalArgumentException(address.getHostAddress()
          + " is not a loopback address; other machines could ask a simulated DNS. Allow it"
          + " explicitly if that is wanted");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not within 0-65535");
    }
    if (mostConnections < 1) {
      throw new IllegalArgumentException(
          "most connections are " + mostConnections + ", not 1 or more");
    }
  }

  /**
   * The same on another port.
   *
   * @param newPort the port; 0 takes a free one
   * @return the options
   */
  public DnsServerOptions withPort(int newPort) {
    return new DnsServerOptions(
        address, newPort, beyondLoopback, mostConnections, firstMessageTimeout, idleTimeout);
  }

  /**
   * The same on another address.
   *
   * @param newAddress the address
   * @param allowBeyondLoopback whether it may be one that other machines can reach
   * @return the options
   * @throws IllegalArgumentException if it is and may not
   */
  public DnsServerOptions withAddress(InetAddress newAddress, boolean allowBeyondLoopback) {
    return new DnsServerOptions(
        newAddress, port, allowBeyondLoopback, mostConnections, firstMessageTimeout, idleTimeout);
  }

  /**
   * The same with other limits for TCP connections.
   *
   * @param connections how many are held at once
   * @param first how long one may take for its first message
   * @param idle how long it may take for each further one
   * @return the options
   */
  public DnsServerOptions withConnections(int connections, Duration first, Duration idle) {
    return new DnsServerOptions(address, port, beyondLoopback, connections, first, idle);
  }
}
