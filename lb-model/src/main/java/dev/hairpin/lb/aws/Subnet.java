package dev.hairpin.lb.aws;

import dev.hairpin.net.Cidr;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A subnet of the VPC.
 *
 * @param id the id
 * @param vpcId its VPC
 * @param zone the name of its zone
 * @param cidr its IPv4 block
 * @param ipv6Cidr its IPv6 block, or null
 * @param freeAddresses how many IPv4 addresses are free
 * @param isPublic whether its route table leads to an internet gateway
 * @param outpostArn the Outpost it lies on; empty if none
 * @param tags its tags
 */
public record Subnet(
    String id,
    String vpcId,
    String zone,
    Cidr cidr,
    @Nullable Cidr ipv6Cidr,
    int freeAddresses,
    boolean isPublic,
    String outpostArn,
    Map<String, String> tags) {

  /** Copies the tags. */
  public Subnet {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }
}
