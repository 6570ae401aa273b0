package dev.hairpin.lb.elb;

/** The address families that a load balancer answers on, or that the targets of a group have. */
public enum IpAddressType {
  /** IPv4 only. */
  IPV4("ipv4"),
  /** IPv6 only; target groups. */
  IPV6("ipv6"),
  /** Both; load balancers. */
  DUALSTACK("dualstack"),
  /** Public IPv6 and private IPv4 addresses; internet-facing Application Load Balancers. */
  DUALSTACK_WITHOUT_PUBLIC_IPV4("dualstack-without-public-ipv4");

  private final String apiName;

  IpAddressType(String apiName) {
    this.apiName = apiName;
  }

  /**
   * The type as the API writes it.
   *
   * @return such as {@code dualstack}
   */
  public String apiName() {
    return apiName;
  }
}
