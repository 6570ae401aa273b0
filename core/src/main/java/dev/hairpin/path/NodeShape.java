package dev.hairpin.path;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a node's network looks like.
 *
 * @param name the node's name
 * @param address its address on the nodes' network
 * @param prefixLength the length of that network's prefix
 * @param podCidr the block of its pods' addresses, or null if they have none of their own, as with
 *     the AWS VPC CNI
 * @param gateway the next hop of its default route, or null for a node without one
 * @param podNetwork how its pods hang on it
 * @param podDevicePrefix how the node's ends of the veths are called, such as {@code veth} or
 *     {@code eni}; a number follows
 * @param bridge the name of the bridge, for {@link PodNetwork#BRIDGE}
 * @param hairpin whether the bridge sends a frame back to the port that it came in from
 */
public record NodeShape(
    String name,
    IpAddress address,
    int prefixLength,
    @Nullable Cidr podCidr,
    @Nullable IpAddress gateway,
    PodNetwork podNetwork,
    String podDevicePrefix,
    String bridge,
    boolean hairpin) {

  /** The node's device on the nodes' network. */
  public static final String UPLINK = "eth0";

  /** The network that nodes, gateway and near clients share, as {@link Network#attach} names it. */
  public static final String NODE_NETWORK = "nodes";

  /**
   * A node whose pods hang on veths with an address.
   *
   * @param name the node's name
   * @param address its address
   * @param prefixLength the length of its network's prefix
   * @param podCidr the block of its pods' addresses
   * @param gateway the next hop of its default route
   * @return the shape
   */
  public static NodeShape ptp(
      String name, IpAddress address, int prefixLength, Cidr podCidr, IpAddress gateway) {
    return new NodeShape(
        name, address, prefixLength, podCidr, gateway, PodNetwork.PTP, "veth", "cni0", true);
  }

  /**
   * A node of EKS with the AWS VPC CNI: pods have addresses of the VPC, and hang on veths called
   * {@code eni...} without an address.
   *
   * @param name the node's name
   * @param address its primary address
   * @param prefixLength the length of the prefix within which others reach it directly
   * @param gateway the VPC's router
   * @return the shape
   */
  public static NodeShape awsVpcCni(
      String name, IpAddress address, int prefixLength, IpAddress gateway) {
    return new NodeShape(
        name, address, prefixLength, null, gateway, PodNetwork.ROUTED, "eni", "cni0", true);
  }
}
