package dev.hairpin.lb.elb;

/** The kind of a load balancer, as {@code describe-load-balancers} prints it. */
public enum LoadBalancerType {
  /** A Network Load Balancer: forwards flows, layer 4. */
  NETWORK("network", "net"),
  /** An Application Load Balancer: forwards HTTP requests, layer 7. */
  APPLICATION("application", "app");

  private final String apiName;
  private final String arnPart;

  LoadBalancerType(String apiName, String arnPart) {
    this.apiName = apiName;
    this.arnPart = arnPart;
  }

  /**
   * The type as the API writes it.
   *
   * @return {@code network} or {@code application}
   */
  public String apiName() {
    return apiName;
  }

  /**
   * The type as ARNs write it.
   *
   * @return {@code net} or {@code app}
   */
  public String arnPart() {
    return arnPart;
  }
}
