package dev.hairpin.path;

/** How the pods of a node hang on it, as the CNI plugin makes it. */
public enum PodNetwork {
  /**
   * A veth for each pod, whose end on the node has the first address of the node's pod block (the
   * plugin ptp, kindnet): local pods see that address where the node masquerades.
   */
  PTP,
  /** A bridge with the first address of the node's pod block, and a port for each pod. */
  BRIDGE,
  /**
   * A veth for each pod, without an address on the node, which answers ARP for everybody (Calico,
   * AWS VPC CNI): local pods see the node's own address where it masquerades.
   */
  ROUTED
}
