package dev.hairpin.api;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a Service is to be, complete with what the API server filled in.
 *
 * <p>Source: {@code v1.ServiceSpec}
 *
 * @param type how the Service is reached
 * @param selector the labels of its pods; null if its endpoints are made by hand
 * @param ports the ports, in the order given
 * @param clusterIps the ClusterIPs, the primary first; {@code None} alone if headless; empty for
 *     ExternalName and before allocation
 * @param ipFamilies the families of the ClusterIPs, in the same order
 * @param ipFamilyPolicy how many families it has; null for ExternalName
 * @param externalIps addresses outside the cluster's care that lead here, as given
 * @param externalName the DNS alias; empty if there is none
 * @param sessionAffinity whether a client keeps its endpoint
 * @param sessionAffinityTimeoutSeconds for how long, 1 to 86400; 0 without affinity
 * @param externalTrafficPolicy which endpoints take traffic from outside; null where it does not
 *     apply
 * @param internalTrafficPolicy which endpoints take traffic to the ClusterIP; null for ExternalName
 * @param healthCheckNodePort the node port that tells load balancers of local endpoints; 0 if there
 *     is none
 * @param publishNotReadyAddresses whether endpoints count before they are ready
 * @param loadBalancerIp the address that is wished of the load balancer; empty if none
 * @param loadBalancerSourceRanges the blocks that may use the load balancer, as given; empty for
 *     all
 * @param loadBalancerClass who is to build the load balancer; null for the cluster's default
 * @param allocateLoadBalancerNodePorts whether a LoadBalancer takes node ports; null where it does
 *     not apply
 * @param trafficDistribution {@code PreferClose}, {@code PreferSameZone}, {@code PreferSameNode} or
 *     null
 */
public record ServiceSpec(
    ServiceType type,
    @Nullable Map<String, String> selector,
    List<ServicePort> ports,
    List<String> clusterIps,
    List<IpFamily> ipFamilies,
    @Nullable IpFamilyPolicy ipFamilyPolicy,
    List<String> externalIps,
    String externalName,
    SessionAffinity sessionAffinity,
    int sessionAffinityTimeoutSeconds,
    @Nullable TrafficPolicy externalTrafficPolicy,
    @Nullable TrafficPolicy internalTrafficPolicy,
    int healthCheckNodePort,
    boolean publishNotReadyAddresses,
    String loadBalancerIp,
    List<String> loadBalancerSourceRanges,
    @Nullable String loadBalancerClass,
    @Nullable Boolean allocateLoadBalancerNodePorts,
    @Nullable String trafficDistribution) {

  /** Copies the collections. */
  public ServiceSpec {
    selector = selector == null ? null : Values.copy(selector);
    ports = List.copyOf(ports);
    clusterIps = List.copyOf(clusterIps);
    ipFamilies = List.copyOf(ipFamilies);
    externalIps = List.copyOf(externalIps);
    loadBalancerSourceRanges = List.copyOf(loadBalancerSourceRanges);
  }

  /**
   * A builder with the API's zero values.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A builder that starts from this spec.
   *
   * @return the builder
   */
  public Builder toBuilder() {
    Builder b = new Builder();
    b.type = type;
    b.selector = selector;
    b.ports = ports;
    b.clusterIps = clusterIps;
    b.ipFamilies = ipFamilies;
    b.ipFamilyPolicy = ipFamilyPolicy;
    b.externalIps = externalIps;
    b.externalName = externalName;
    b.sessionAffinity = sessionAffinity;
    b.sessionAffinityTimeoutSeconds = sessionAffinityTimeoutSeconds;
    b.externalTrafficPolicy = externalTrafficPolicy;
    b.internalTrafficPolicy = internalTrafficPolicy;
    b.healthCheckNodePort = healthCheckNodePort;
    b.publishNotReadyAddresses = publishNotReadyAddresses;
    b.loadBalancerIp = loadBalancerIp;
    b.loadBalancerSourceRanges = loadBalancerSourceRanges;
    b.loadBalancerClass = loadBalancerClass;
    b.allocateLoadBalancerNodePorts = allocateLoadBalancerNodePorts;
    b.trafficDistribution = trafficDistribution;
    return b;
  }

  /**
   * The primary ClusterIP as the singular field {@code clusterIP} shows it.
   *
   * @return the address, {@code None}, or empty
   */
  public String clusterIp() {
    return clusterIps.isEmpty() ? "" : clusterIps.get(0);
  }

  /**
   * Whether the Service has no virtual address by its own wish.
   *
   * @return true if the ClusterIP is {@code None}
   */
  public boolean isHeadless() {
    return clusterIp().equals("None");
  }

  /**
   * The ClusterIP of a family.
   *
   * @param family the family
   * @return the address as stored, or nothing if the Service has none in this family
   */
  public Optional<String> clusterIp(IpFamily family) {
    if (clusterIp().isEmpty() || isHeadless()) {
      return Optional.empty();
    }
    if (ipFamilies.isEmpty()) {
      return Optional.of(clusterIp())
          .filter(
              text -> IpAddress.tryParse(text).map(a -> a.family() == family).orElse(false));
    }
    int index = ipFamilies.indexOf(family);
    return index < 0 || index >= clusterIps.size()
        ? Optional.empty()
        : Optional.of(clusterIps.get(index));
  }

  /** Collects the parts of a {@link ServiceSpec}; each unset part has the API's zero value. */
  public static final class Builder {
    private ServiceType type = ServiceType.CLUSTER_IP;
    private @Nullable Map<String, String> selector;
    private List<ServicePort> ports = List.of();
    private List<String> clusterIps = List.of();
    private List<IpFamily> ipFamilies = List.of();
    private @Nullable IpFamilyPolicy ipFamilyPolicy;
    private List<String> externalIps = List.of();
    private String externalName = "";
    private SessionAffinity sessionAffinity = SessionAffinity.NONE;
    private int sessionAffinityTimeoutSeconds;
    private @Nullable TrafficPolicy externalTrafficPolicy;
    private @Nullable TrafficPolicy internalTrafficPolicy;
    private int healthCheckNodePort;
    private boolean publishNotReadyAddresses;
    private String loadBalancerIp = "";
    private List<String> loadBalancerSourceRanges = List.of();
    private @Nullable String loadBalancerClass;
    private @Nullable Boolean allocateLoadBalancerNodePorts;
    private @Nullable String trafficDistribution;

    private Builder() {}

    /**
     * Sets how the Service is reached.
     *
     * @param value how the Service is reached
     * @return this builder
     */
    public Builder type(ServiceType value) {
      this.type = value;
      return this;
    }

    /**
     * Sets the labels of its pods.
     *
     * @param value the labels of its pods; null if its endpoints are made by hand
     * @return this builder
     */
    public Builder selector(@Nullable Map<String, String> value) {
      this.selector = value;
      return this;
    }

    /**
     * Sets the ports, in the order given.
     *
     * @param value the ports, in the order given
     * @return this builder
     */
    public Builder ports(List<ServicePort> value) {
      this.ports = value;
      return this;
    }

    /**
     * Sets the ClusterIPs, the primary first.
     *
     * @param value the ClusterIPs, the primary first; {@code None} alone if headless; empty for
     *     ExternalName and before allocation
     * @return this builder
     */
    public Builder clusterIps(List<String> value) {
      this.clusterIps = value;
      return this;
    }

    /**
     * Sets the families of the ClusterIPs, in the same order.
     *
     * @param value the families of the ClusterIPs, in the same order
     * @return this builder
     */
    public Builder ipFamilies(List<IpFamily> value) {
      this.ipFamilies = value;
      return this;
    }

    /**
     * Sets how many families it has.
     *
     * @param value how many families it has; null for ExternalName
     * @return this builder
     */
    public Builder ipFamilyPolicy(@Nullable IpFamilyPolicy value) {
      this.ipFamilyPolicy = value;
      return this;
    }

    /**
     * Sets addresses outside the cluster's care that lead here, as given.
     *
     * @param value addresses outside the cluster's care that lead here, as given
     * @return this builder
     */
    public Builder externalIps(List<String> value) {
      this.externalIps = value;
      return this;
    }

    /**
     * Sets the DNS alias.
     *
     * @param value the DNS alias; empty if there is none
     * @return this builder
     */
    public Builder externalName(String value) {
      this.externalName = value;
      return this;
    }

    /**
     * Sets whether a client keeps its endpoint.
     *
     * @param value whether a client keeps its endpoint
     * @return this builder
     */
    public Builder sessionAffinity(SessionAffinity value) {
      this.sessionAffinity = value;
      return this;
    }

    /**
     * Sets for how long, 1 to 86400.
     *
     * @param value for how long, 1 to 86400; 0 without affinity
     * @return this builder
     */
    public Builder sessionAffinityTimeoutSeconds(int value) {
      this.sessionAffinityTimeoutSeconds = value;
      return this;
    }

    /**
     * Sets which endpoints take traffic from outside.
     *
     * @param value which endpoints take traffic from outside; null where it does not apply
     * @return this builder
     */
    public Builder externalTrafficPolicy(@Nullable TrafficPolicy value) {
      this.externalTrafficPolicy = value;
      return this;
    }

    /**
     * Sets which endpoints take traffic to the ClusterIP.
     *
     * @param value which endpoints take traffic to the ClusterIP; null for ExternalName
     * @return this builder
     */
    public Builder internalTrafficPolicy(@Nullable TrafficPolicy value) {
      this.internalTrafficPolicy = value;
      return this;
    }

    /**
     * Sets the node port that tells load balancers of local endpoints.
     *
     * @param value the node port that tells load balancers of local endpoints; 0 if there is none
     * @return this builder
     */
    public Builder healthCheckNodePort(int value) {
      this.healthCheckNodePort = value;
      return this;
    }

    /**
     * Sets whether endpoints count before they are ready.
     *
     * @param value whether endpoints count before they are ready
     * @return this builder
     */
    public Builder publishNotReadyAddresses(boolean value) {
      this.publishNotReadyAddresses = value;
      return this;
    }

    /**
     * Sets the address that is wished of the load balancer.
     *
     * @param value the address that is wished of the load balancer; empty if none
     * @return this builder
     */
    public Builder loadBalancerIp(String value) {
      this.loadBalancerIp = value;
      return this;
    }

    /**
     * Sets the blocks that may use the load balancer, as given.
     *
     * @param value the blocks that may use the load balancer, as given; empty for all
     * @return this builder
     */
    public Builder loadBalancerSourceRanges(List<String> value) {
      this.loadBalancerSourceRanges = value;
      return this;
    }

    /**
     * Sets who is to build the load balancer.
     *
     * @param value who is to build the load balancer; null for the cluster's default
     * @return this builder
     */
    public Builder loadBalancerClass(@Nullable String value) {
      this.loadBalancerClass = value;
      return this;
    }

    /**
     * Sets whether a LoadBalancer takes node ports.
     *
     * @param value whether a LoadBalancer takes node ports; null where it does not apply
     * @return this builder
     */
    public Builder allocateLoadBalancerNodePorts(@Nullable Boolean value) {
      this.allocateLoadBalancerNodePorts = value;
      return this;
    }

    /**
     * Sets {@code PreferClose}, {@code PreferSameZone}, {@code PreferSameNode} or null.
     *
     * @param value {@code PreferClose}, {@code PreferSameZone}, {@code PreferSameNode} or null
     * @return this builder
     */
    public Builder trafficDistribution(@Nullable String value) {
      this.trafficDistribution = value;
      return this;
    }

    /**
     * Makes the spec.
     *
     * @return the spec
     */
    public ServiceSpec build() {
      return new ServiceSpec(
          type,
          selector,
          ports,
          clusterIps,
          ipFamilies,
          ipFamilyPolicy,
          externalIps,
          externalName,
          sessionAffinity,
          sessionAffinityTimeoutSeconds,
          externalTrafficPolicy,
          internalTrafficPolicy,
          healthCheckNodePort,
          publishNotReadyAddresses,
          loadBalancerIp,
          loadBalancerSourceRanges,
          loadBalancerClass,
          allocateLoadBalancerNodePorts,
          trafficDistribution);
    }
  }
}
