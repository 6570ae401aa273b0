package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What kube-proxy is told at its start.
 *
 * <p>Source: {@code KubeProxyConfiguration} of {@code kubeproxy.config.k8s.io/v1alpha1}; only the
 * fields that matter in iptables mode.
 *
 * @param hostnameOverride the node's name; empty for the host's
 * @param bindAddress the address that overrides the node's primary one; empty or unspecified for
 *     none
 * @param healthzBindAddress where kube-proxy tells of its own health; null for nowhere
 * @param clusterCidr the pods' blocks, separated by a comma; may be empty
 * @param detectLocalMode how packets of this node's or the cluster's pods are told apart
 * @param bridgeInterface the bridge, for {@link DetectLocalMode#BRIDGE_INTERFACE}
 * @param interfaceNamePrefix the beginning of the pods' devices, for
 *     {@link DetectLocalMode#INTERFACE_NAME_PREFIX}
 * @param nodePortAddresses the blocks whose local addresses take node ports; empty for all
 * @param masqueradeAll whether all traffic to ClusterIPs is masqueraded
 * @param masqueradeBit the bit of the packet mark that asks for it, 0 to 31
 * @param localhostNodePorts whether node ports are reached on 127.0.0.1
 * @param syncPeriod how often things are checked, and a failed sync is tried again
 * @param minSyncPeriod the least time between two syncs
 * @param conntrack what is set up of connection tracking
 * @param featureGates the gates that are set
 */
public record KubeProxyConfiguration(
    String hostnameOverride,
    String bindAddress,
    @Nullable SocketAddress healthzBindAddress,
    String clusterCidr,
    DetectLocalMode detectLocalMode,
    String bridgeInterface,
    String interfaceNamePrefix,
    List<String> nodePortAddresses,
    boolean masqueradeAll,
    int masqueradeBit,
    boolean localhostNodePorts,
    Duration syncPeriod,
    Duration minSyncPeriod,
    ConntrackConfiguration conntrack,
    Map<String, Boolean> featureGates) {

  /** How packets of pods are told from others. */
  public enum DetectLocalMode {
    /** By the pods' block of the whole cluster. */
    CLUSTER_CIDR("ClusterCIDR"),
    /** By the node's own block of pods. */
    NODE_CIDR("NodeCIDR"),
    /** By the bridge that they come in through. */
    BRIDGE_INTERFACE("BridgeInterface"),
    /** By the beginning of the name of the device that they come in through. */
    INTERFACE_NAME_PREFIX("InterfaceNamePrefix");

    private final String text;

    DetectLocalMode(String text) {
      this.text = text;
    }

    /** The mode as a configuration file writes it. */
    @Override
    public String toString() {
      return text;
    }
  }

  /** The port on which kube-proxy tells of its own health unless it is told another. */
  public static final int HEALTHZ_PORT = 10_256;

  /** What an empty file means. */
  public static final KubeProxyConfiguration DEFAULT = new KubeProxyConfiguration(
      "",
      "",
      new SocketAddress(IpAddress.v4(0), HEALTHZ_PORT),
      "",
      DetectLocalMode.CLUSTER_CIDR,
      "",
      "",
      List.of(),
      false,
      14,
      true,
      Duration.ofSeconds(30),
      Duration.ofSeconds(1),
      ConntrackConfiguration.DEFAULT,
      Map.of());

  /**
   * Checks the bit and copies the collections.
   *
   * @throws IllegalArgumentException if the bit is not within 0-31
   */
  public KubeProxyConfiguration {
    if (masqueradeBit < 0 || masqueradeBit > 31) {
      throw new IllegalArgumentException(
          "iptables.masqueradeBit: " + masqueradeBit + " is not within 0-31");
    }
    nodePortAddresses = List.copyOf(nodePortAddresses);
    featureGates = Map.copyOf(featureGates);
  }

  /**
   * Reads a configuration file, such as {@code config.conf} of the ConfigMap
   * {@code kube-system/kube-proxy}. Fields that do not matter here are passed over, as are unknown
   * ones.
   *
   * @param text the file's YAML or JSON
   * @param file the file's name, for messages
   * @return the configuration, with kube-proxy's defaults for what the file does not say
   * @throws ManifestException if the text is not one YAML document, or a field has a wrong value;
   *     with its line and path
   */
  public static KubeProxyConfiguration parse(String text, String file) {
    List<Manifest> documents = Manifests.parse(text, file).manifests();
    if (documents.size() != 1) {
      throw new ManifestException(
          file, 0, 0, "", "expected one document, found " + documents.size());
    }
    Manifest document = documents.get(0);
    try {
      return fromTree(document.tree());
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      int colon = message.indexOf(": ");
      throw colon < 0
          ? document.at("", message)
          : document.at(message.substring(0, colon), message.substring(colon + 2));
    }
  }

  /**
   * Reads the tree of a configuration file. Fields that do not matter here are passed over, as are
   * unknown ones.
   *
   * @param tree the file's mapping
   * @return the configuration, with kube-proxy's defaults for what the file does not say
   * @throws IllegalArgumentException if a field has a wrong value, with its path
   */
  public static KubeProxyConfiguration fromTree(Map<String, Object> tree) {
    return ConfigurationReader.read(tree);
  }

  /**
   * The same configuration with another way to tell packets of pods apart.
   *
   * @param mode the way
   * @param cidr the pods' blocks; may be empty
   * @return the copy
   */
  public KubeProxyConfiguration withDetection(DetectLocalMode mode, String cidr) {
    return new KubeProxyConfiguration(
        hostnameOverride,
        bindAddress,
        healthzBindAddress,
        cidr,
        mode,
        bridgeInterface,
        interfaceNamePrefix,
        nodePortAddresses,
        masqueradeAll,
        masqueradeBit,
        localhostNodePorts,
        syncPeriod,
        minSyncPeriod,
        conntrack,
        featureGates);
  }

  /**
   * The same configuration for another node.
   *
   * @param name the node's name
   * @return the copy
   */
  public KubeProxyConfiguration withHostname(String name) {
    return new KubeProxyConfiguration(
        name,
        bindAddress,
        healthzBindAddress,
        clusterCidr,
        detectLocalMode,
        bridgeInterface,
        interfaceNamePrefix,
        nodePortAddresses,
        masqueradeAll,
        masqueradeBit,
        localhostNodePorts,
        syncPeriod,
        minSyncPeriod,
        conntrack,
        featureGates);
  }

  /**
   * The same configuration with another pace.
   *
   * @param period the least time between two syncs
   * @return the copy
   */
  public KubeProxyConfiguration withMinSyncPeriod(Duration period) {
    return new KubeProxyConfiguration(
        hostnameOverride,
        bindAddress,
        healthzBindAddress,
        clusterCidr,
        detectLocalMode,
        bridgeInterface,
        interfaceNamePrefix,
        nodePortAddresses,
        masqueradeAll,
        masqueradeBit,
        localhostNodePorts,
        syncPeriod,
        period,
        conntrack,
        featureGates);
  }

  boolean gate(String name, boolean missing) {
    return featureGates.getOrDefault(name, missing);
  }

  int mark() {
    return 1 << masqueradeBit;
  }
}
