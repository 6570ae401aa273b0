package dev.hairpin.iptables.kubeproxy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What kube-proxy sets up of the kernel's connection tracking at its start.
 *
 * <p>Source: {@code KubeProxyConntrackConfiguration} of {@code kubeproxy.config.k8s.io/v1alpha1}.
 *
 * @param maxPerCore how many connections may be tracked for each core; 0 leaves the kernel's limit
 * @param min how many at least, whatever the number of cores
 * @param tcpEstablishedTimeout how long an idle TCP connection is kept; 0 leaves the kernel's
 * @param tcpCloseWaitTimeout how long one is kept that the server's end has closed; 0 leaves the
 *     kernel's
 * @param tcpBeLiberal whether segments outside the window count as valid
 * @param udpTimeout how long datagrams without an answer are remembered; 0 leaves the kernel's
 * @param udpStreamTimeout how long datagrams with an answer are; 0 leaves the kernel's
 */
public record ConntrackConfiguration(
    int maxPerCore,
    int min,
    Duration tcpEstablishedTimeout,
    Duration tcpCloseWaitTimeout,
    boolean tcpBeLiberal,
    Duration udpTimeout,
    Duration udpStreamTimeout) {

  /** What a file that says nothing means. */
  public static final ConntrackConfiguration DEFAULT = new ConntrackConfiguration(
      32_768,
      131_072,
      Duration.ofHours(24),
      Duration.ofHours(1),
      false,
      Duration.ZERO,
      Duration.ZERO);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public ConntrackConfiguration {
    notNegative("maxPerCore", maxPerCore);
    notNegative("min", min);
    notNegative("tcpEstablishedTimeout", tcpEstablishedTimeout.toSeconds());
    notNegative("tcpCloseWaitTimeout", tcpCloseWaitTimeout.toSeconds());
    notNegative("udpTimeout", udpTimeout.toSeconds());
    notNegative("udpStreamTimeout", udpStreamTimeout.toSeconds());
  }

  private static void notNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException("conntrack." + field + ": " + value + " is negative");
    }
  }

  /**
   * The kernel settings that are written.
   *
   * @param cores the number of the machine's cores
   * @return the values by their names, such as {@code net.netfilter.nf_conntrack_max}, in the order
   *     in which they are written
   */
  public Map<String, String> sysctls(int cores) {
    Map<String, String> sysctls = new LinkedHashMap<>();
    if (maxPerCore > 0) {
      put(sysctls, "max", Math.max((long) maxPerCore * cores, min));
    }
    put(sysctls, "tcp_timeout_established", tcpEstablishedTimeout.toSeconds());
    put(sysctls, "tcp_timeout_close_wait", tcpCloseWaitTimeout.toSeconds());
    put(sysctls, "tcp_be_liberal", tcpBeLiberal ? 1 : 0);
    put(sysctls, "udp_timeout", udpTimeout.toSeconds());
    put(sysctls, "udp_timeout_stream", udpStreamTimeout.toSeconds());
    return sysctls;
  }

  private static void put(Map<String, String> sysctls, String name, long value) {
    if (value > 0) {
      sysctls.put("net.netfilter.nf_conntrack_" + name, Long.toString(value));
    }
  }
}
