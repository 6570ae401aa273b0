package dev.hairpin.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod is to be, as far as it matters to the network.
 *
 * <p>Source: {@code v1.PodSpec}
 *
 * @param nodeName the node; empty until one is chosen
 * @param hostNetwork whether it uses the node's addresses and ports
 * @param hostname its host name; empty for the pod's name
 * @param subdomain its subdomain; may be empty
 * @param setHostnameAsFqdn whether its host name is the full DNS name
 * @param containers its containers
 * @param initContainers its init containers and sidecars
 * @param enableServiceLinks whether Services of its namespace become variables
 * @param dnsPolicy {@code ClusterFirst}, {@code ClusterFirstWithHostNet}, {@code Default} or
 *     {@code None}
 * @param dnsConfig additions to resolv.conf as the manifest says them, or null
 * @param hostAliases additions to /etc/hosts as the manifest says them
 * @param readinessGates condition types that must hold before it is ready
 * @param nodeSelector labels that its node must have
 * @param tolerations taints that it bears, as the manifest says them
 * @param terminationGracePeriodSeconds how long it may take to stop; 30 by default
 * @param others the fields that the network does not need, as the manifest says them
 */
public record PodSpec(
    String nodeName,
    boolean hostNetwork,
    String hostname,
    String subdomain,
    boolean setHostnameAsFqdn,
    List<Container> containers,
    List<Container> initContainers,
    boolean enableServiceLinks,
    String dnsPolicy,
    @Nullable Map<String, Object> dnsConfig,
    List<Map<String, Object>> hostAliases,
    List<String> readinessGates,
    Map<String, String> nodeSelector,
    List<Map<String, Object>> tolerations,
    int terminationGracePeriodSeconds,
    Map<String, Object> others) {

  /** Copies the collections. */
  public PodSpec {
    containers = List.copyOf(containers);
    initContainers = List.copyOf(initContainers);
    dnsConfig = dnsConfig == null ? null : Values.copy(dnsConfig);
    hostAliases = Values.copies(hostAliases);
    readinessGates = List.copyOf(readinessGates);
    nodeSelector = Values.copy(nodeSelector);
    tolerations = Values.copies(tolerations);
    others = Values.copy(others);
  }

  /**
   * A builder with the API server's defaults.
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
    b.nodeName = nodeName;
    b.hostNetwork = hostNetwork;
    b.hostname = hostname;
    b.subdomain = subdomain;
    b.setHostnameAsFqdn = setHostnameAsFqdn;
    b.containers = containers;
    b.initContainers = initContainers;
    b.enableServiceLinks = enableServiceLinks;
    b.dnsPolicy = dnsPolicy;
    b.dnsConfig = dnsConfig;
    b.hostAliases = hostAliases;
    b.readinessGates = readinessGates;
    b.nodeSelector = nodeSelector;
    b.tolerations = tolerations;
    b.terminationGracePeriodSeconds = terminationGracePeriodSeconds;
    b.others = others;
    return b;
  }

  /** Collects the parts of a {@link PodSpec}; each unset part has the API server's default. */
  public static final class Builder {
    private String nodeName = "";
    private boolean hostNetwork;
    private String hostname = "";
    private String subdomain = "";
    private boolean setHostnameAsFqdn;
    private List<Container> containers = List.of();
    private List<Container> initContainers = List.of();
    private boolean enableServiceLinks = true;
    private String dnsPolicy = "ClusterFirst";
    private @Nullable Map<String, Object> dnsConfig;
    private List<Map<String, Object>> hostAliases = List.of();
    private List<String> readinessGates = List.of();
    private Map<String, String> nodeSelector = Map.of();
    private List<Map<String, Object>> tolerations = List.of();
    private int terminationGracePeriodSeconds = 30;
    private Map<String, Object> others = Map.of();

    private Builder() {}

    /**
     * Sets the node.
     *
     * @param value the node; empty until one is chosen
     * @return this builder
     */
    public Builder nodeName(String value) {
      this.nodeName = value;
      return this;
    }

    /**
     * Sets whether it uses the node's addresses and ports.
     *
     * @param value whether it uses the node's addresses and ports
     * @return this builder
     */
    public Builder hostNetwork(boolean value) {
      this.hostNetwork = value;
      return this;
    }

    /**
     * Sets its host name.
     *
     * @param value its host name; empty for the pod's name
     * @return this builder
     */
    public Builder hostname(String value) {
      this.hostname = value;
      return this;
    }

    /**
     * Sets its subdomain.
     *
     * @param value its subdomain; may be empty
     * @return this builder
     */
    public Builder subdomain(String value) {
      this.subdomain = value;
      return this;
    }

    /**
     * Sets whether its host name is the full DNS name.
     *
     * @param value whether its host name is the full DNS name
     * @return this builder
     */
    public Builder setHostnameAsFqdn(boolean value) {
      this.setHostnameAsFqdn = value;
      return this;
    }

    /**
     * Sets its containers.
     *
     * @param value its containers
     * @return this builder
     */
    public Builder containers(List<Container> value) {
      this.containers = value;
      return this;
    }

    /**
     * Sets its init containers and sidecars.
     *
     * @param value its init containers and sidecars
     * @return this builder
     */
    public Builder initContainers(List<Container> value) {
      this.initContainers = value;
      return this;
    }

    /**
     * Sets whether Services of its namespace become variables.
     *
     * @param value whether Services of its namespace become variables
     * @return this builder
     */
    public Builder enableServiceLinks(boolean value) {
      this.enableServiceLinks = value;
      return this;
    }

    /**
     * Sets {@code ClusterFirst}, {@code ClusterFirstWithHostNet}, {@code Default} or {@code None}.
     *
     * @param value {@code ClusterFirst}, {@code ClusterFirstWithHostNet}, {@code Default} or
     *     {@code None}
     * @return this builder
     */
    public Builder dnsPolicy(String value) {
      this.dnsPolicy = value;
      return this;
    }

    /**
     * Sets additions to resolv.conf as the manifest says them, or null.
     *
     * @param value additions to resolv.conf as the manifest says them, or null
     * @return this builder
     */
    public Builder dnsConfig(@Nullable Map<String, Object> value) {
      this.dnsConfig = value;
      return this;
    }

    /**
     * Sets additions to /etc/hosts as the manifest says them.
     *
     * @param value additions to /etc/hosts as the manifest says them
     * @return this builder
     */
    public Builder hostAliases(List<Map<String, Object>> value) {
      this.hostAliases = value;
      return this;
    }

    /**
     * Sets condition types that must hold before it is ready.
     *
     * @param value condition types that must hold before it is ready
     * @return this builder
     */
    public Builder readinessGates(List<String> value) {
      this.readinessGates = value;
      return this;
    }

    /**
     * Sets labels that its node must have.
     *
     * @param value labels that its node must have
     * @return this builder
     */
    public Builder nodeSelector(Map<String, String> value) {
      this.nodeSelector = value;
      return this;
    }

    /**
     * Sets taints that it bears, as the manifest says them.
     *
     * @param value taints that it bears, as the manifest says them
     * @return this builder
     */
    public Builder tolerations(List<Map<String, Object>> value) {
      this.tolerations = value;
      return this;
    }

    /**
     * Sets how long it may take to stop.
     *
     * @param value how long it may take to stop; 30 by default
     * @return this builder
     */
    public Builder terminationGracePeriodSeconds(int value) {
      this.terminationGracePeriodSeconds = value;
      return this;
    }

    /**
     * Sets the fields that the network does not need.
     *
     * @param value the fields, as the manifest says them
     * @return this builder
     */
    public Builder others(Map<String, Object> value) {
      this.others = value;
      return this;
    }

    /**
     * Makes the spec.
     *
     * @return the spec
     */
    public PodSpec build() {
      return new PodSpec(
          nodeName,
          hostNetwork,
          hostname,
          subdomain,
          setHostnameAsFqdn,
          containers,
          initContainers,
          enableServiceLinks,
          dnsPolicy,
          dnsConfig,
          hostAliases,
          readinessGates,
          nodeSelector,
          tolerations,
          terminationGracePeriodSeconds,
          others);
    }
  }
}
