package dev.hairpin.cluster.ipam;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.net.Cidr;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Gives pods their addresses, as the CNI plugin of a cluster does. Single-writer, like the cluster
 * it belongs to.
 */
public interface PodAddresses {

  /**
   * Gives a pod its addresses.
   *
   * @param node the pod's node
   * @param pod the pod; not one with host network
   * @param now the time
   * @return the addresses, the primary first
   * @throws IpamException if there is none left, with the plugin's message
   */
  List<String> assign(Node node, Pod pod, Instant now);

  /**
   * Takes note that a pod has addresses already.
   *
   * @param node the pod's node
   * @param addresses its addresses
   */
  void occupy(Node node, List<String> addresses);

  /**
   * Takes a pod's addresses back.
   *
   * @param nodeName the pod's node
   * @param addresses its addresses
   * @param now the time
   */
  void release(String nodeName, List<String> addresses, Instant now);

  /**
   * Whether an address will become free by the passing of time alone.
   *
   * @return true if addresses rest before other pods may have them
   */
  boolean isRecovering();

  /**
   * Forgets a node and everything that it held.
   *
   * @param nodeName the node
   */
  void forget(String nodeName);

  /**
   * How far the blocks are used that nodes share, such as the subnets of a VPC.
   *
   * @param nodes the nodes, whose own addresses may be of these blocks
   * @return the blocks in the order of their addresses; none where each node has blocks of its own
   */
  default List<Use> shared(Collection<Node> nodes) {
    return List.of();
  }

  /**
   * How far a block of addresses is used.
   *
   * @param block the block
   * @param used how many of its addresses are taken: by pods, by the interfaces of nodes, and by
   *     what rests before it is given again
   * @param size how many it can give
   */
  record Use(Cidr block, long used, long size) {}

  /**
   * An independent copy, for a fork of the cluster.
   *
   * @return the copy
   */
  PodAddresses copy();
}
