package dev.hairpin.lb.aws;

import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.MutualAuthentication;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A listener that exists.
 *
 * @param arn the ARN
 * @param loadBalancerArn its load balancer
 * @param port the port
 * @param protocol TCP, UDP, TLS, HTTP or HTTPS
 * @param certificates the certificates' ARNs, the default one first
 * @param sslPolicy the security policy, or null
 * @param alpnPolicy the ALPN policy; empty if not set
 * @param mutualAuthentication what is asked of clients' certificates, or null
 * @param defaultActions what happens when no rule matches
 * @param tags its tags
 */
public record Listener(
    String arn,
    String loadBalancerArn,
    int port,
    String protocol,
    List<String> certificates,
    @Nullable String sslPolicy,
    List<String> alpnPolicy,
    @Nullable MutualAuthentication mutualAuthentication,
    List<Action> defaultActions,
    Map<String, String> tags) {

  /** Copies the collections. */
  public Listener {
    certificates = List.copyOf(certificates);
    alpnPolicy = List.copyOf(alpnPolicy);
    defaultActions = List.copyOf(defaultActions);
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }
}
