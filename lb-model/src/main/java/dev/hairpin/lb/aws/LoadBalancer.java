package dev.hairpin.lb.aws;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A load balancer that exists.
 *
 * @param arn the ARN
 * @param name the name
 * @param dnsName the DNS name
 * @param network true for an NLB, false for an ALB
 * @param scheme {@code internal} or {@code internet-facing}
 * @param ipAddressType {@code ipv4}, {@code dualstack} or {@code dualstack-without-public-ipv4}
 * @param vpcId its VPC
 * @param zones its place in each zone
 * @param securityGroups the ids of its security groups
 * @param customerOwnedIpv4Pool a pool of an Outpost, or null
 * @param privateLinkRules {@code on} or {@code off}, or null
 * @param attributes the attributes that were set
 * @param tags its tags
 * @param created when it was created
 */
public record LoadBalancer(
    String arn,
    String name,
    String dnsName,
    boolean network,
    String scheme,
    String ipAddressType,
    String vpcId,
    List<Zone> zones,
    List<String> securityGroups,
    @Nullable String customerOwnedIpv4Pool,
    @Nullable String privateLinkRules,
    Map<String, String> attributes,
    Map<String, String> tags,
    Instant created) {

  /** Copies the collections. */
  public LoadBalancer {
    zones = List.copyOf(zones);
    securityGroups = List.copyOf(securityGroups);
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  /**
   * The load balancer's place in a zone.
   *
   * @param zone the zone's name
   * @param subnetId the subnet
   * @param allocationId the elastic address that was asked for, or null
   * @param privateIpv4Address the private address that was asked for, or null
   * @param ipv6Address the IPv6 address that was asked for, or null
   */
  public record Zone(
      String zone,
      String subnetId,
      @Nullable String allocationId,
      @Nullable String privateIpv4Address,
      @Nullable String ipv6Address) {}

  /**
   * Whether it is reached from the internet.
   *
   * @return true if its scheme is {@code internet-facing}
   */
  public boolean isInternetFacing() {
    return scheme.equals("internet-facing");
  }

  /**
   * An attribute.
   *
   * @param key the key, such as {@code load_balancing.cross_zone.enabled}
   * @return its value, if it was set
   */
  public Optional<String> attribute(String key) {
    return Optional.ofNullable(attributes.get(key));
  }

  /**
   * The last part of the ARN, which is also in the DNS name of an NLB.
   *
   * @return 16 hexadecimal digits
   */
  public String hex() {
    return arn.substring(arn.lastIndexOf('/') + 1);
  }

  LoadBalancer with(
      List<Zone> newZones,
      List<String> newGroups,
      String newIpAddressType,
      @Nullable String newPrivateLinkRules,
      Map<String, String> newAttributes,
      Map<String, String> newTags) {
    return new LoadBalancer(
        arn,
        name,
        dnsName,
        network,
        scheme,
        newIpAddressType,
        vpcId,
        newZones,
        newGroups,
        customerOwnedIpv4Pool,
        newPrivateLinkRules,
        newAttributes,
        newTags,
        created);
  }
}
