package dev.hairpin.lb.aws;

import java.util.List;

/**
 * A network interface of an instance or of a pod.
 *
 * @param id the id
 * @param subnetId its subnet
 * @param ips its addresses, the primary first; prefixes of addresses as blocks
 * @param securityGroups the ids of its security groups
 * @param primary whether it is the instance's first interface
 */
public record NetworkInterface(
    String id, String subnetId, List<String> ips, List<String> securityGroups, boolean primary) {

  /** Copies the lists. */
  public NetworkInterface {
    ips = List.copyOf(ips);
    securityGroups = List.copyOf(securityGroups);
  }
}
