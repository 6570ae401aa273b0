package dev.hairpin.lb.elb;

/** Whether a load balancer has public addresses. */
public enum Scheme {
  /** It has public addresses; its name resolves to them everywhere, also inside the VPC. */
  INTERNET_FACING("internet-facing"),
  /** It has private addresses only; its name resolves to them everywhere. */
  INTERNAL("internal");

  private final String apiName;

  Scheme(String apiName) {
    this.apiName = apiName;
  }

  /**
   * The scheme as the API writes it.
   *
   * @return {@code internet-facing} or {@code internal}
   */
  public String apiName() {
    return apiName;
  }
}
