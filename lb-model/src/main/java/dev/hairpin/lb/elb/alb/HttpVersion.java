package dev.hairpin.lb.elb.alb;

/** The version of a request. */
public enum HttpVersion {
  /** HTTP/1.0. */
  HTTP_1_0("HTTP/1.0"),
  /** HTTP/1.1. */
  HTTP_1_1("HTTP/1.1"),
  /** HTTP/2. */
  HTTP_2("HTTP/2.0"),
  /** One that load balancers do not speak, such as HTTP/0.9 or HTTP/3. */
  OTHER("HTTP/?");

  private final String text;

  HttpVersion(String text) {
    this.text = text;
  }

  /** The version as request lines and access logs write it. */
  @Override
  public String toString() {
    return text;
  }
}
