package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a listener: what {@code CreateListener} is given.
 *
 * @param loadBalancerArn whose it is
 * @param port where it listens, 1 to 65535
 * @param protocol what it speaks
 * @param certificates ARNs, the default first; needed if the protocol is encrypted
 * @param sslPolicy the security policy, or null for AWS' default
 * @param alpnPolicy of a TLS listener
 * @param defaultActions what happens when no rule holds: an authentication perhaps, then one action
 *     that decides
 * @param attributes what is not at its default
 */
public record Listener(
    String loadBalancerArn,
    int port,
    ListenerProtocol protocol,
    List<String> certificates,
    @Nullable String sslPolicy,
    AlpnPolicy alpnPolicy,
    List<Action> defaultActions,
    Attributes attributes) {

  /** The policy that the API fills in for encrypted listeners without one. */
  public static final String DEFAULT_SSL_POLICY = "ELBSecurityPolicy-2016-08";

  /**
   * Checks the listener.
   *
   * @throws ElbException if the port is none, an encrypted protocol lacks a certificate, another
   *     one has one, or the actions are not a legal sequence
   */
  public Listener {
    certificates = ImmutableList.copyOf(certificates);
    defaultActions = ImmutableList.copyOf(defaultActions);
    if (port < 1 || port > 65_535) {
      throw ElbException.invalid("Listener port '" + port + "' must be between 1 and 65535");
    }
    if (protocol.isEncrypted() && certificates.isEmpty()) {
      throw ElbException.invalid("A certificate must be specified for " + protocol + " listeners");
    }
    if (!protocol.isEncrypted() && !certificates.isEmpty()) {
      throw ElbException.invalid(
          "A certificate cannot be specified for " + protocol + " listeners");
    }
    if (protocol.isEncrypted() && sslPolicy == null) {
      sslPolicy = DEFAULT_SSL_POLICY;
    }
    AttributeCatalog.checkListener(attributes);
    Action.checkSequence(defaultActions);
    if (protocol.type() == LoadBalancerType.NETWORK) {
      checkNetwork(defaultActions);
    } else {
      Action.checkFor(protocol, defaultActions);
    }
  }

  private static void checkNetwork(List<Action> actions) {
    boolean oneGroup = actions.size() == 1
        && actions.get(0) instanceof Action.Forward forward
        && forward.targetGroups().size() == 1;
    if (!oneGroup) {
      throw ElbException.invalid(
          "A listener of a Network Load Balancer forwards to exactly one target group");
    }
  }

  /**
   * A listener without certificate that forwards to one group.
   *
   * @param loadBalancerArn whose it is
   * @param port where it listens
   * @param protocol what it speaks
   * @param targetGroupArn where it forwards to
   * @return the listener
   */
  public static Listener forwarding(
      String loadBalancerArn, int port, ListenerProtocol protocol, String targetGroupArn) {
    return of(loadBalancerArn, port, protocol, Action.forward(targetGroupArn));
  }

  /**
   * A listener without certificate.
   *
   * @param loadBalancerArn whose it is
   * @param port where it listens
   * @param protocol what it speaks
   * @param defaultActions what happens when no rule holds
   * @return the listener
   */
  public static Listener of(
      String loadBalancerArn, int port, ListenerProtocol protocol, Action... defaultActions) {
    return new Listener(
        loadBalancerArn,
        port,
        protocol,
        List.of(),
        null,
        AlpnPolicy.NONE,
        List.of(defaultActions),
        Attributes.NONE);
  }

  /**
   * An encrypted listener.
   *
   * @param loadBalancerArn whose it is
   * @param port where it listens
   * @param protocol {@code TLS} or {@code HTTPS}
   * @param certificates ARNs, the default first
   * @param defaultActions what happens when no rule holds
   * @return the listener
   */
  public static Listener encrypted(
      String loadBalancerArn,
      int port,
      ListenerProtocol protocol,
      List<String> certificates,
      Action... defaultActions) {
    return new Listener(
        loadBalancerArn,
        port,
        protocol,
        certificates,
        null,
        AlpnPolicy.NONE,
        List.of(defaultActions),
        Attributes.NONE);
  }

  /**
   * The same listener with one more attribute.
   *
   * @param key its key
   * @param value its value
   * @return the new listener
   */
  public Listener withAttribute(String key, String value) {
    return new Listener(
        loadBalancerArn,
        port,
        protocol,
        certificates,
        sslPolicy,
        alpnPolicy,
        defaultActions,
        attributes.with(key, value));
  }

  /**
   * The same listener with another ALPN policy.
   *
   * @param value the policy
   * @return the new listener
   */
  public Listener withAlpnPolicy(AlpnPolicy value) {
    return new Listener(
        loadBalancerArn,
        port,
        protocol,
        certificates,
        sslPolicy,
        value,
        defaultActions,
        attributes);
  }

  /** {@return {@code TCP:80}, as steps name it} */
  public String label() {
    return protocol + ":" + port;
  }
}
