package dev.hairpin.path;

/**
 * Why a question ended as it did: stable codes, never renamed, to be asserted in tests and searched
 * for.
 *
 * <p>The list grows; a code says one cause only. Each has a sentence that explains it to a reader
 * who met it for the first time.
 */
public enum Reason {
  /** The server answered, and its answer came back to the caller. */
  DELIVERED("the first answer came back to the caller"),
  /** A Service without any endpoint; kube-proxy writes a REJECT rule. */
  NO_ENDPOINTS("the Service has no endpoints, so kube-proxy rejects what is sent to it"),
  /** A Service with policy Local and no endpoint on this node; kube-proxy writes a DROP rule. */
  NO_LOCAL_ENDPOINTS("the traffic policy is Local and no endpoint of the Service runs on this node,"
      + " so kube-proxy drops the packet"),
  /** The bridge may not send a frame back to the port that it came from. */
  HAIRPIN_LOST("the bridge does not send a frame back to its own port: hairpin mode is off"),
  /** The connection tracking table has no room for a new entry. */
  CONNTRACK_FULL("the connection tracking table is full and no entry may be evicted"),
  /** A host on the way has no route to the destination. */
  NO_ROUTE("no route leads to the destination"),
  /** A route of type blackhole, unreachable or prohibit was met. */
  ROUTE_REFUSES("a route says that the destination is not to be reached"),
  /** Nobody answers for the address of the next hop. */
  NO_NEIGHBOUR("nobody on the link has the address of the next hop"),
  /** Two routers sent the packet to each other until its time to live ended. */
  TTL_EXCEEDED("routers send the packet round in a circle until its time to live ends"),
  /** The load balancer's source ranges do not hold the caller. */
  SOURCE_RANGE_DENIED("the caller is in none of spec.loadBalancerSourceRanges"),
  /** The answer did not pass the node that had translated the request. */
  REPLY_BYPASSED_NAT(
      "the server answered, but the answer did not pass the node that had translated the request"),
  /** The answer was dropped on a node that saw no connection for it. */
  REPLY_INVALID("the server answered, but a node dropped the answer, for which it tracks no"
      + " connection (ctstate INVALID)"),
  /** The answer has no way back. */
  REPLY_LOST("the server answered, but the answer found no way back to the caller"),
  /** The pod was reached and nothing listens on the port. */
  CONNECTION_REFUSED_BY_POD("the pod was reached, and no process listens on the port"),
  /** A node, client or load balancer was reached and nothing listens on the port. */
  CONNECTION_REFUSED_BY_HOST("the host was reached, and no process listens on the port"),
  /** No source port is free towards this endpoint. */
  SNAT_PORTS_EXHAUSTED("no source port that the search tried is free towards this endpoint"),
  /** A rule with target REJECT that says nothing about its cause. */
  REJECTED_BY_RULE("a rule rejects the packet"),
  /** A rule with target DROP, or a chain policy, that says nothing about its cause. */
  DROPPED_BY_RULE("a rule or a chain policy drops the packet"),
  /** KUBE-FIREWALL drops what comes from outside for a loopback address. */
  LOCALNET_BLOCKED("packets from outside to a loopback address are dropped"),
  /** The kernel refuses a loopback or own address where it may not be. */
  MARTIAN("the kernel drops a packet with an address that cannot come from there"),
  /** Strict or loose reverse path filtering. */
  RP_FILTER("the way back to the packet's source does not lead through the device it came from"
      + " (rp_filter)"),
  /** The kernel's own limit on ICMP errors swallowed the refusal. */
  ICMP_RATE_LIMITED("the refusal was swallowed by the kernel's limit on ICMP errors"),
  /** The destination is no address of any host, and the world outside stays silent. */
  SILENT_WORLD("the packet left for the world outside, which does not answer for this address"),
  /** The connection was reset while it was open. */
  RESET_IN_MID_STREAM("a reset ended the open connection"),
  /** The walk met a match or target that the model does not know. */
  RULE_NOT_MODELLED("the fate depends on a rule that the model does not know"),
  /** Chains jump to each other without end. */
  RULE_LOOP("chains jump to each other in a circle; the kernel refuses to load them (ELOOP)"),
  /** The name does not exist. */
  NO_SUCH_NAME("the name does not exist (NXDOMAIN)"),
  /** The name exists without an address. */
  NAME_HAS_NO_ADDRESS("the name exists, but has no address of this family"),
  /** No DNS server answered. */
  DNS_NO_ANSWER("no DNS server answered"),
  /** The load balancer has no listener on the port. */
  LB_NO_LISTENER("the load balancer has no listener on this port"),
  /** The load balancer's target group is empty. */
  LB_NO_TARGETS("the load balancer's target group has no target"),
  /** No target is healthy, so every target gets traffic. */
  LB_NO_HEALTHY_TARGET_FAIL_OPEN(
      "no target is healthy, so the load balancer sends to all of them (fail open)"),
  /** A target in another zone, and cross-zone balancing is off. */
  LB_NO_TARGET_IN_ZONE("the load balancer's zone has no target and cross-zone balancing is off"),
  /** A security group does not let the packet in. */
  SECURITY_GROUP_DENIED("a security group does not let the packet in"),
  /** A fixed response of a listener rule. */
  LB_FIXED_RESPONSE("a rule of the load balancer answers by itself"),
  /** The target did not accept the load balancer's connection. */
  LB_TARGET_FAILED("the load balancer could not get an answer from its target"),
  /** The Service waits for its load balancer. */
  LB_PENDING("the Service has no load balancer yet");

  private final String sentence;

  Reason(String sentence) {
    this.sentence = sentence;
  }

  /**
   * The cause in words.
   *
   * @return a sentence without capital and full stop
   */
  public String sentence() {
    return sentence;
  }
}
