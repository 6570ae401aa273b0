package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Map;

/**
 * The configuration of a target group: what {@code CreateTargetGroup} is given.
 *
 * @param name unique in the account's region, at most 32 characters
 * @param protocol what is spoken with the targets
 * @param port where targets listen that are registered without port, 1 to 65535
 * @param targetType how targets are named
 * @param protocolVersion the HTTP version; of meaning only for HTTP and HTTPS
 * @param ipAddressType IPv4 or IPv6
 * @param healthCheck how targets are checked
 * @param attributes what is not at its default
 * @param tags its tags by key
 */
public record TargetGroup(
    String name,
    ListenerProtocol protocol,
    int port,
    TargetType targetType,
    ProtocolVersion protocolVersion,
    IpAddressType ipAddressType,
    HealthCheck healthCheck,
    Attributes attributes,
    Map<String, String> tags) {

  /**
   * Checks the group.
   *
   * @throws ElbException if the name, the port or an attribute is not legal
   */
  public TargetGroup {
    tags = ImmutableSortedMap.copyOf(tags);
    if (name.length() > 32
        || !name.matches("[a-zA-Z0-9-]+")
        || name.startsWith("-")
        || name.endsWith("-")) {
      throw ElbException.invalid("Target group name '"
          + name
          + "' must have at most 32 characters, alphanumeric or hyphens, none at its ends");
    }
    if (port < 1 || port > 65_535) {
      throw ElbException.invalid("Target group port '" + port + "' must be between 1 and 65535");
    }
    AttributeCatalog.checkTargetGroup(attributes);
    checkFits(protocol, attributes);
  }

  private static void checkFits(ListenerProtocol protocol, Attributes attributes) {
    String type = attributes.text("stickiness.type", "");
    boolean network = protocol.type() == LoadBalancerType.NETWORK;
    if (!type.isEmpty() && network != type.startsWith("source_ip")) {
      throw ElbException.invalid("Stickiness type '"
          + type
          + "' is not supported for target groups with the "
          + protocol
          + " protocol");
    }
    if (protocol == ListenerProtocol.TLS && attributes.flag("stickiness.enabled", false)) {
      throw ElbException.invalid(
          "Stickiness is not supported for target groups with the TLS protocol");
    }
    boolean udp = protocol == ListenerProtocol.UDP || protocol == ListenerProtocol.TCP_UDP;
    if (udp && !attributes.flag("preserve_client_ip.enabled", true)) {
      throw ElbException.invalid(
          "Client IP preservation cannot be disabled for target groups with the "
              + protocol
              + " protocol");
    }
  }

  /**
   * Whether targets see the client's address as that of the packets: user guide for Network Load
   * Balancers, "Client IP preservation".
   *
   * @return the attribute; by default on for instance targets and for UDP, off for ip targets with
   *     TCP or TLS; never for HTTP
   */
  public boolean preservesClientIp() {
    if (protocol.type() == LoadBalancerType.APPLICATION) {
      return false;
    }
    boolean udp = protocol == ListenerProtocol.UDP || protocol == ListenerProtocol.TCP_UDP;
    return udp || attributes.flag("preserve_client_ip.enabled", targetType == TargetType.INSTANCE);
  }

  /**
   * Whether a node may send to targets of other zones.
   *
   * @param loadBalancer the load balancer whose node it is
   * @return the group's attribute, or the load balancer's if the group leaves it to that
   */
  public boolean crossZone(LoadBalancer loadBalancer) {
    return switch (attributes.text(LoadBalancer.CROSS_ZONE, "use_load_balancer_configuration")) {
      case "true" -> true;
      case "false" -> false;
      default -> loadBalancer.crossZone();
    };
  }

  /**
   * How long a deregistered target drains.
   *
   * @return seconds, 300 by default
   */
  public int deregistrationDelaySeconds() {
    return attributes.number("deregistration_delay.timeout_seconds", 300);
  }

  /**
   * Starts a group of instance targets.
   *
   * @param name its name
   * @param protocol its protocol
   * @param port its port
   * @return a builder
   */
  public static Builder instances(String name, ListenerProtocol protocol, int port) {
    return new Builder(name, protocol, port, TargetType.INSTANCE);
  }

  /**
   * Starts a group of ip targets.
   *
   * @param name its name
   * @param protocol its protocol
   * @param port its port
   * @return a builder
   */
  public static Builder ips(String name, ListenerProtocol protocol, int port) {
    return new Builder(name, protocol, port, TargetType.IP);
  }

  /** Collects a configuration. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final ListenerProtocol protocol;
    private final int port;
    private final TargetType targetType;
    private ProtocolVersion protocolVersion = ProtocolVersion.HTTP1;
    private IpAddressType ipAddressType = IpAddressType.IPV4;
    private HealthCheck healthCheck;
    private Attributes attributes = Attributes.NONE;
    private Map<String, String> tags = Map.of();

    private Builder(String name, ListenerProtocol protocol, int port, TargetType targetType) {
      this.name = name;
      this.protocol = protocol;
      this.port = port;
      this.targetType = targetType;
      this.healthCheck = protocol.type() == LoadBalancerType.NETWORK
          ? HealthCheck.NETWORK
          : HealthCheck.APPLICATION;
    }

    /**
     * Sets the HTTP version.
     *
     * @param value the version
     * @return this
     */
    public Builder protocolVersion(ProtocolVersion value) {
      this.protocolVersion = value;
      return this;
    }

    /**
     * Sets the address family.
     *
     * @param value IPv4 or IPv6
     * @return this
     */
    public Builder ipAddressType(IpAddressType value) {
      this.ipAddressType = value;
      return this;
    }

    /**
     * Sets the health check.
     *
     * @param value the check
     * @return this
     */
    public Builder healthCheck(HealthCheck value) {
      this.healthCheck = value;
      return this;
    }

    /**
     * Sets an attribute.
     *
     * @param key its key
     * @param value its value
     * @return this
     */
    public Builder attribute(String key, String value) {
      this.attributes = attributes.with(key, value);
      return this;
    }

    /**
     * Sets the tags.
     *
     * @param value tags by key
     * @return this
     */
    public Builder tags(Map<String, String> value) {
      this.tags = value;
      return this;
    }

    /**
     * Builds the configuration.
     *
     * @return the record
     * @throws ElbException if it is not legal
     */
    public TargetGroup build() {
      return new TargetGroup(
          name,
          protocol,
          port,
          targetType,
          protocolVersion,
          ipAddressType,
          healthCheck,
          attributes,
          tags);
    }
  }
}
