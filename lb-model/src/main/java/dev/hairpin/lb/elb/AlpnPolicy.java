package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * Which application protocol a TLS listener of a Network Load Balancer agrees on.
 *
 * <p>Source: user guide for Network Load Balancers, "TLS listeners", section "ALPN policies".
 */
public enum AlpnPolicy {
  /** None is negotiated. */
  NONE("None", ImmutableList.of()),
  /** HTTP/1.1 and HTTP/1.0 only. */
  HTTP1_ONLY("HTTP1Only", ImmutableList.of("http/1.1", "http/1.0")),
  /** HTTP/2 only. */
  HTTP2_ONLY("HTTP2Only", ImmutableList.of("h2")),
  /** HTTP/1 rather than HTTP/2. */
  HTTP2_OPTIONAL("HTTP2Optional", ImmutableList.of("http/1.1", "http/1.0", "h2")),
  /** HTTP/2 rather than HTTP/1. */
  HTTP2_PREFERRED("HTTP2Preferred", ImmutableList.of("h2", "http/1.1", "http/1.0"));

  private final String apiName;
  private final ImmutableList<String> preference;

  AlpnPolicy(String apiName, ImmutableList<String> preference) {
    this.apiName = apiName;
    this.preference = preference;
  }

  /**
   * The policy as the API writes it.
   *
   * @return such as {@code HTTP2Preferred}
   */
  public String apiName() {
    return apiName;
  }

  /**
   * Agrees with a client.
   *
   * @param offered the protocols of the client's ALPN extension, in its order
   * @return the first of the policy's protocols that the client offers, or nothing
   */
  public Optional<String> negotiate(List<String> offered) {
    return preference.stream().filter(offered::contains).findFirst();
  }
}
