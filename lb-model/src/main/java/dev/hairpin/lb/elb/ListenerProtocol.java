package dev.hairpin.lb.elb;

import dev.hairpin.net.Protocol;

/** What a listener speaks with clients, or a target group with its targets. */
public enum ListenerProtocol {
  /** TCP, forwarded as it is. Network Load Balancers. */
  TCP(LoadBalancerType.NETWORK),
  /** UDP. Network Load Balancers. */
  UDP(LoadBalancerType.NETWORK),
  /** TCP and UDP on one port. Network Load Balancers. */
  TCP_UDP(LoadBalancerType.NETWORK),
  /**
   * TLS that the load balancer ends (listener) or begins (target group). Network Load Balancers.
   */
  TLS(LoadBalancerType.NETWORK),
  /** HTTP. Application Load Balancers. */
  HTTP(LoadBalancerType.APPLICATION),
  /** HTTPS. Application Load Balancers. */
  HTTPS(LoadBalancerType.APPLICATION);

  private final LoadBalancerType type;

  ListenerProtocol(LoadBalancerType type) {
    this.type = type;
  }

  /**
   * The load balancers that have it.
   *
   * @return the type
   */
  public LoadBalancerType type() {
    return type;
  }

  /**
   * Whether packets of a transport protocol belong to it.
   *
   * @param transport what the packet's header says
   * @return true for TCP everywhere but in {@link #UDP}, and for UDP in {@link #UDP} and
   *     {@link #TCP_UDP}
   */
  public boolean carries(Protocol transport) {
    return switch (transport) {
      case TCP -> this != UDP;
      case UDP -> this == UDP || this == TCP_UDP;
      default -> false;
    };
  }

  /**
   * Whether clients and the load balancer agree on keys first.
   *
   * @return true for {@link #TLS} and {@link #HTTPS}
   */
  public boolean isEncrypted() {
    return this == TLS || this == HTTPS;
  }
}
