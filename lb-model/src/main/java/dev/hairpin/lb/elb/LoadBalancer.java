package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a load balancer: what {@code CreateLoadBalancer} is given.
 *
 * @param name unique in the account's region for its type, at most 32 characters
 * @param type network or application
 * @param scheme whether it has public addresses
 * @param ipAddressType the address families it answers on
 * @param subnetMappings its subnets, one for each zone
 * @param securityGroups the groups that guard its interfaces; may be empty for a Network Load
 *     Balancer, which then admits everything
 * @param enforcePrivateLinkRules whether a Network Load Balancer holds clients that come by
 *     PrivateLink to its groups ({@code EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic})
 * @param attributes what is not at its default
 * @param tags its tags by key
 */
public record LoadBalancer(
    String name,
    LoadBalancerType type,
    Scheme scheme,
    IpAddressType ipAddressType,
    List<SubnetMapping> subnetMappings,
    List<String> securityGroups,
    boolean enforcePrivateLinkRules,
    Attributes attributes,
    Map<String, String> tags) {

  /** The attribute that lets every node use the targets of every zone. */
  public static final String CROSS_ZONE = "load_balancing.cross_zone.enabled";

  /**
   * Checks what needs no account to be checked.
   *
   * @throws ElbException if the name or an attribute is not legal, or no subnet is given
   */
  public LoadBalancer {
    subnetMappings = ImmutableList.copyOf(subnetMappings);
    securityGroups = ImmutableList.copyOf(securityGroups);
    tags = com.google.common.collect.ImmutableSortedMap.copyOf(tags);
    checkName(name);
    if (subnetMappings.isEmpty()) {
      throw ElbException.invalid("At least one subnet must be specified");
    }
    AttributeCatalog.checkLoadBalancer(type, attributes);
  }

  private static void checkName(String name) {
    if (name.length() > 32) {
      throw ElbException.invalid(
          "The load balancer name '" + name + "' cannot be longer than '32' characters");
    }
    if (!name.matches("[a-zA-Z0-9-]+") || name.startsWith("-") || name.endsWith("-")) {
      throw ElbException.invalid("The load balancer name '"
          + name
          + "' can only contain characters that are alphanumeric characters or hyphens(-), and"
          + " cannot begin or end with a hyphen");
    }
    if (name.startsWith("internal-")) {
      throw ElbException.invalid(
          "The load balancer name '" + name + "' cannot begin with 'internal-'");
    }
  }

  /**
   * Whether nodes may use targets of other zones, unless a target group says otherwise.
   *
   * @return always true for an Application Load Balancer; for a Network Load Balancer the
   *     attribute, off by default
   */
  public boolean crossZone() {
    return type == LoadBalancerType.APPLICATION || attributes.flag(CROSS_ZONE, false);
  }

  /**
   * Starts an internal Network Load Balancer.
   *
   * @param name its name
   * @return a builder
   */
  public static Builder network(String name) {
    return new Builder(name, LoadBalancerType.NETWORK);
  }

  /**
   * Starts an internal Application Load Balancer.
   *
   * @param name its name
   * @return a builder
   */
  public static Builder application(String name) {
    return new Builder(name, LoadBalancerType.APPLICATION);
  }

  /** Collects a configuration. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final LoadBalancerType type;
    private Scheme scheme = Scheme.INTERNAL;
    private IpAddressType ipAddressType = IpAddressType.IPV4;
    private final List<SubnetMapping> subnetMappings = new ArrayList<>();
    private final List<String> securityGroups = new ArrayList<>();
    private boolean enforcePrivateLinkRules = true;
    private Attributes attributes = Attributes.NONE;
    private Map<String, String> tags = Map.of();

    private Builder(String name, LoadBalancerType type) {
      this.name = name;
      this.type = type;
    }

    /**
     * Sets the scheme.
     *
     * @param value the scheme
     * @return this
     */
    public Builder scheme(Scheme value) {
      this.scheme = value;
      return this;
    }

    /**
     * Gives it public addresses.
     *
     * @return this
     */
    public Builder internetFacing() {
      return scheme(Scheme.INTERNET_FACING);
    }

    /**
     * Sets the address families.
     *
     * @param value the type
     * @return this
     */
    public Builder ipAddressType(IpAddressType value) {
      this.ipAddressType = value;
      return this;
    }

    /**
     * Adds subnets and leaves the addresses to AWS.
     *
     * @param subnetIds the subnets, one for each zone
     * @return this
     */
    public Builder subnets(String... subnetIds) {
      for (String id : subnetIds) {
        subnetMappings.add(SubnetMapping.of(id));
      }
      return this;
    }

    /**
     * Adds a subnet with its addresses.
     *
     * @param mapping the subnet
     * @return this
     */
    public Builder subnet(SubnetMapping mapping) {
      subnetMappings.add(mapping);
      return this;
    }

    /**
     * Adds security groups.
     *
     * @param groupIds the groups
     * @return this
     */
    public Builder securityGroups(String... groupIds) {
      securityGroups.addAll(List.of(groupIds));
      return this;
    }

    /**
     * Sets whether PrivateLink clients are held to the security groups.
     *
     * @param value true by default
     * @return this
     */
    public Builder enforcePrivateLinkRules(boolean value) {
      this.enforcePrivateLinkRules = value;
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
    public LoadBalancer build() {
      return new LoadBalancer(
          name,
          type,
          scheme,
          ipAddressType,
          subnetMappings,
          securityGroups,
          enforcePrivateLinkRules,
          attributes,
          tags);
    }
  }
}
