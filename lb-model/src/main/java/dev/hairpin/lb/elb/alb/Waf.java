package dev.hairpin.lb.elb.alb;

/** A web application firewall before the rules: AWS WAF with a web ACL on the load balancer. */
@FunctionalInterface
public interface Waf {

  /** None. */
  Waf NONE = request -> Verdict.ALLOW;

  /** What a firewall says. */
  enum Verdict {
    /** The request goes on. */
    ALLOW,
    /** It is refused with 403. */
    BLOCK,
    /** The firewall itself failed: the attribute {@code waf.fail_open.enabled} decides. */
    FAILED
  }

  /**
   * Looks at a request.
   *
   * @param request the request
   * @return what becomes of it
   */
  Verdict inspect(HttpRequest request);
}
