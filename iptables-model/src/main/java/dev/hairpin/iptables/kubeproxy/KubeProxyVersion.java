package dev.hairpin.iptables.kubeproxy;

import java.util.Optional;

/**
 * A version of kube-proxy, and every way in which it differs from the others.
 *
 * <p>Each switch names the minor version that brought it.
 */
public enum KubeProxyVersion {
  /** v1.30.5. */
  V1_30(30),
  /** v1.36.3. */
  V1_36(36);

  private final int minor;

  KubeProxyVersion(int minor) {
    this.minor = minor;
  }

  /** The version that a new cluster gets. */
  public static final KubeProxyVersion DEFAULT = V1_36;

  /**
   * Finds a version by its text.
   *
   * @param text the text, such as {@code 1.36}, {@code v1.36} or {@code v1.36.3}
   * @return the version, or nothing if that minor version is not modelled
   */
  public static Optional<KubeProxyVersion> byText(String text) {
    String plain = text.startsWith("v") ? text.substring(1) : text;
    for (KubeProxyVersion version : values()) {
      if (plain.equals(version.toString()) || plain.startsWith(version + ".")) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  /** 1.31: invalid packets and node ports on loopback are counted, where the kernel has nfacct. */
  boolean countsWithNfacct() {
    return minor >= 31;
  }

  /** 1.31: leading zeros in the addresses of endpoints are dropped. */
  boolean normalizesEndpointAddresses() {
    return minor >= 31;
  }

  /** 1.31: {@code nodePortAddresses: [primary]} stands for the node's own addresses. */
  boolean knowsPrimaryNodePortAddresses() {
    return minor >= 31;
  }

  /** 1.31: hints are followed whatever the Service's annotations say. */
  boolean followsHintsWithoutAnnotation() {
    return minor >= 31;
  }

  /** 1.31: a family whose syncs fail is not hidden by those of the other. */
  boolean watchesHealthByFamily() {
    return minor >= 31;
  }

  /** 1.32: stale UDP entries are found in the kernel's table, not deleted by commands. */
  boolean reconcilesConntrack() {
    return minor >= 32;
  }

  /** 1.32: headless Services are left out by their field, no longer by a label. */
  boolean selectsServicesByClusterIp() {
    return minor >= 32;
  }

  /** 1.36: the label that hands a Service to another proxy no longer hides its slices. */
  boolean ignoresProxyNameOfSlices() {
    return minor >= 36;
  }

  /** 1.32: the gate that makes load balancers' ipMode count cannot be switched off. */
  boolean alwaysReadsIpMode() {
    return minor >= 32;
  }

  /** 1.33: slices are told apart by their address type only. */
  boolean filtersSlicesByAddressType() {
    return minor >= 33;
  }

  /** 1.33: after an hour, a sync is full again; 1.34: but not in large-cluster mode. */
  boolean syncsFullyEveryHour() {
    return minor >= 33;
  }

  /** 1.33: the health of each family is told. */
  boolean reportsHealthByFamily() {
    return minor >= 33;
  }

  /** 1.34: hints may name nodes. */
  boolean followsNodeHints() {
    return minor >= 34;
  }

  /** 1.34: a source range of length 0 stands for no source ranges at all. */
  boolean takesZeroRangeAsOpen() {
    return minor >= 34;
  }

  /** 1.34: of the node's labels only the zone counts, and a deleted Node keeps it. */
  boolean watchesZoneOnly() {
    return minor >= 34;
  }

  /** 1.34: iptables is called without {@code -W}. */
  boolean waitsForLockWithoutInterval() {
    return minor >= 34;
  }

  /** 1.34: a failed sync is tried again by the runner itself, which allows no burst. */
  boolean retriesInRunner() {
    return minor >= 34;
  }

  /** 1.36: of an endpoint given twice, the one that is not terminating counts. */
  boolean prefersEndpointsThatStay() {
    return minor >= 36;
  }

  /**
   * 1.36: rules of external IPs can be switched off by the gate {@code AllowServiceExternalIPs}.
   */
  boolean hasExternalIpsGate() {
    return minor >= 36;
  }

  /** 1.36: each family's health checks are served on that family's addresses. */
  boolean servesHealthByFamily() {
    return minor >= 36;
  }

  /** 1.36: {@code --cleanup} leaves neither canaries nor the chain that marks packets. */
  boolean cleansUpEverything() {
    return minor >= 36;
  }

  /** The version as {@code 1.36}. */
  @Override
  public String toString() {
    return "1." + minor;
  }
}
