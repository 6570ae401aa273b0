package dev.hairpin.path.trace;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Why a question ended as it did: stable codes, never renamed, to be asserted in tests and searched
 * for.
 *
 * <p>The list grows; a code says one cause only. Each has a sentence that explains it to a reader
 * who met it for the first time, and a way out. A walk ends in what it saw, such as
 * {@link #NO_ENDPOINTS}; an {@link Explanation} looks further, for the first link that is broken,
 * such as {@link #SELECTOR_MATCHES_NOTHING}.
 */
public enum Reason {
  /** The server answered, and its answer came back to the caller. */
  DELIVERED("the first answer came back to the caller", "", "nothing is to be done"),
  /** A Service without any endpoint; kube-proxy writes a REJECT rule. */
  NO_ENDPOINTS(
      "the Service has no endpoints, so kube-proxy rejects what is sent to it",
      "svc-01-selector-typo",
      "give the Service endpoints: correct its selector, start pods that match it, and see that they get ready"),
  /** A Service with policy Local and no endpoint on this node; kube-proxy writes a DROP rule. */
  NO_LOCAL_ENDPOINTS(
      "the traffic policy is Local and no endpoint of the Service runs on this node,"
          + " so kube-proxy drops the packet",
      "svc-19-etp-local-blackhole",
      "run a pod of the Service on every node that gets its traffic",
      "traffic policy Cluster (outside clients then lose their address)",
      "let the load balancer check healthCheckNodePort"),
  /** The bridge may not send a frame back to the port that it came from. */
  HAIRPIN_LOST(
      "the bridge does not send a frame back to its own port: hairpin mode is off",
      "svc-14-hairpin",
      "set hairpinMode to true in the bridge plugin's CNI configuration",
      "let the pod call itself on localhost"),
  /** The connection tracking table has no room for a new entry. */
  CONNTRACK_FULL(
      "the connection tracking table is full and no entry may be evicted",
      "ct-01-table-full",
      "raise net.netfilter.nf_conntrack_max",
      "keep connections open instead of making new ones",
      "shorten nf_conntrack_tcp_timeout_time_wait"),
  /** A host on the way has no route to the destination. */
  NO_ROUTE(
      "no route leads to the destination",
      "",
      "add the route to the host that has none",
      "look whether the address belongs to this network at all"),
  /** A route of type blackhole, unreachable or prohibit was met. */
  ROUTE_REFUSES(
      "a route says that the destination is not to be reached",
      "",
      "remove the route that refuses",
      "look whether the address is still the one that was meant"),
  /** Nobody answers for the address of the next hop. */
  NO_NEIGHBOUR(
      "nobody on the link has the address of the next hop",
      "svc-33-foreign-endpointslice",
      "look whether the pod or node that had the address still runs",
      "remove endpoints that nobody has"),
  /** Two routers sent the packet to each other until its time to live ended. */
  TTL_EXCEEDED(
      "routers send the packet round in a circle until its time to live ends",
      "",
      "correct the routes of the hosts that send the packet round"),
  /** The load balancer's source ranges do not hold the caller. */
  SOURCE_RANGE_DENIED(
      "the caller is in none of spec.loadBalancerSourceRanges",
      "lb-07-source-ranges",
      "add the caller's block to spec.loadBalancerSourceRanges",
      "call from one of these blocks"),
  /** The answer did not pass the node that had translated the request. */
  REPLY_BYPASSED_NAT(
      "the server answered, but the answer did not pass the node that had translated the request",
      "ct-04-asymmetric-nlb-vpn",
      "send the answer back through the node or load balancer that translated: no client IP preservation, or masquerading"),
  /** The answer was dropped on a node that saw no connection for it. */
  REPLY_INVALID(
      "the server answered, but a node dropped the answer, for which it tracks no"
          + " connection (ctstate INVALID)",
      "svc-13-invalid-rst",
      "send both directions of a connection through the same node",
      "net.netfilter.nf_conntrack_tcp_be_liberal=1"),
  /** The answer has no way back. */
  REPLY_LOST(
      "the server answered, but the answer found no way back to the caller",
      "",
      "give the server's host a route back to the caller's address"),
  /** The pod was reached and nothing listens on the port. */
  CONNECTION_REFUSED_BY_POD(
      "the pod was reached, and no process listens on the port",
      "svc-02-selector-too-broad",
      "set targetPort to the port on which the program listens",
      "let the program listen on all addresses instead of localhost",
      "narrow a selector that matches foreign pods"),
  /** A node, client or load balancer was reached and nothing listens on the port. */
  CONNECTION_REFUSED_BY_HOST(
      "the host was reached, and no process listens on the port",
      "",
      "dial a port on which the host listens; for a node, the Service's nodePort"),
  /** No source port is free towards this endpoint. */
  SNAT_PORTS_EXHAUSTED(
      "no source port that the search tried is free towards this endpoint",
      "ct-03-snat-ports-exhausted",
      "keep connections open",
      "spread them over more source or destination addresses",
      "widen the range of source ports"),
  /** The caller's own kernel has no port to call from. */
  EPHEMERAL_PORTS_EXHAUSTED(
      "the caller has connections to this destination from all of its ephemeral ports",
      "",
      "keep connections open and use them again, instead of making new ones",
      "close those that are done",
      "widen net.ipv4.ip_local_port_range"),
  /** A rule with target REJECT that says nothing about its cause. */
  REJECTED_BY_RULE(
      "a rule rejects the packet",
      "",
      "remove the rule that rejects, or put one before it that accepts"),
  /** A rule with target DROP, or a chain policy, that says nothing about its cause. */
  DROPPED_BY_RULE(
      "a rule or a chain policy drops the packet",
      "",
      "remove the rule that drops, or put one before it that accepts"),
  /** KUBE-FIREWALL drops what comes from outside for a loopback address. */
  LOCALNET_BLOCKED(
      "packets from outside to a loopback address are dropped",
      "",
      "dial the node's own address instead of a loopback address",
      "kube-proxy --localhost-nodeports=false does without route_localnet"),
  /** The kernel refuses a loopback or own address where it may not be. */
  MARTIAN(
      "the kernel drops a packet with an address that cannot come from there",
      "",
      "correct the address: a loopback or own address cannot come from another host"),
  /** Strict or loose reverse path filtering. */
  RP_FILTER(
      "the way back to the packet's source does not lead through the device it came from"
          + " (rp_filter)",
      "",
      "net.ipv4.conf.DEVICE.rp_filter=2",
      "send the way back through the same device"),
  /** The kernel's own limit on ICMP errors swallowed the refusal. */
  ICMP_RATE_LIMITED(
      "the refusal was swallowed by the kernel's limit on ICMP errors",
      "",
      "nothing needs a fix: the cause is the rule that refused; ask again after a second"),
  /** The destination is no address of any host, and the world outside stays silent. */
  SILENT_WORLD(
      "the packet left for the world outside, which does not answer for this address",
      "",
      "look whether the address is still the one that was meant",
      "let whatever is there answer"),
  /** The connection was reset while it was open. */
  RESET_IN_MID_STREAM(
      "a reset ended the open connection",
      "lb-08-nlb-idle",
      "keep the connection alive below the idle time-out",
      "let the pod drain its connections before it ends"),
  /** The walk met a match or target that the model does not know. */
  RULE_NOT_MODELLED(
      "the fate depends on a rule that the model does not know",
      "",
      "ask the real kernel: iptables -t raw -I PREROUTING -j TRACE"),
  /** Chains jump to each other without end. */
  RULE_LOOP(
      "chains jump to each other in a circle; the kernel refuses to load them (ELOOP)",
      "",
      "break the circle of jumps; the kernel would refuse to load these chains"),
  /** The name does not exist. */
  NO_SUCH_NAME(
      "the name does not exist (NXDOMAIN)",
      "dns-06-negative-cache",
      "correct the name: SERVICE in the same namespace, else SERVICE.NAMESPACE",
      "create the Service"),
  /** The name exists without an address. */
  NAME_HAS_NO_ADDRESS(
      "the name exists, but has no address of this family",
      "svc-32-dual-stack",
      "ask for the family that the name has",
      "ipFamilyPolicy PreferDualStack"),
  /** No DNS server answered. */
  DNS_NO_ANSWER(
      "no DNS server answered",
      "dns-11-coredns-scale-down",
      "see that CoreDNS runs and that kube-system/kube-dns has endpoints"),
  /** The load balancer has no listener on the port. */
  LB_NO_LISTENER(
      "the load balancer has no listener on this port",
      "",
      "dial a port that the Service or the annotation listen-ports names"),
  /** The load balancer's target group is empty. */
  LB_NO_TARGETS(
      "the load balancer's target group has no target",
      "svc-01-selector-typo",
      "give the Service endpoints",
      "see that nodes or pods are registered as targets"),
  /** No target is healthy, so every target gets traffic. */
  LB_NO_HEALTHY_TARGET_FAIL_OPEN(
      "no target is healthy, so the load balancer sends to all of them (fail open)",
      "lb-18-health-path",
      "correct the health check: path, port and success codes"),
  /** A target in another zone, and cross-zone balancing is off. */
  LB_NO_TARGET_IN_ZONE(
      "the load balancer's zone has no target and cross-zone balancing is off",
      "lb-20-cross-zone-off",
      "turn cross-zone load balancing on",
      "run a pod in every zone of the load balancer"),
  /** A security group does not let the packet in. */
  SECURITY_GROUP_DENIED(
      "a security group does not let the packet in",
      "lb-07-source-ranges",
      "let the security group admit the caller's block and the port"),
  /** A fixed response of a listener rule. */
  LB_FIXED_RESPONSE(
      "a rule of the load balancer answers by itself",
      "lb-25-default-backend",
      "add a rule for this host and path, or a default backend"),
  /** The target did not accept the load balancer's connection. */
  LB_TARGET_FAILED(
      "the load balancer could not get an answer from its target",
      "lb-10-rollout-502",
      "let the target accept and answer: its port, its keep-alive, and a preStop hook while it ends"),
  /** The Service waits for its load balancer. */
  LB_PENDING(
      "the Service has no load balancer yet",
      "lb-01-subnet-tags",
      "wait while it is being made",
      "read the Service's events"),
  /** No Service and no host has the address. */
  NO_SUCH_SERVICE(
      "no Service, pod or node has this address",
      "env-02-stale-after-recreate",
      "use the Service's name, which follows it when its address changes",
      "restart the program that remembers an old address"),
  /** The selector is not empty, and no pod of the namespace has its labels. */
  SELECTOR_MATCHES_NOTHING(
      "the Service's selector matches no pod of its namespace",
      "svc-01-selector-typo",
      "correct the selector or the pods' labels"),
  /** A Service without selector, for which nobody wrote endpoints. */
  SERVICE_WITHOUT_SELECTOR(
      "the Service has no selector, and nobody wrote an EndpointSlice for it",
      "",
      "add a selector",
      "write an EndpointSlice with the label kubernetes.io/service-name"),
  /** Pods match the selector; none of them is ready. */
  PODS_NOT_READY(
      "the pods that the selector matches are not ready",
      "dns-07-publishnotready",
      "see why the readiness probe fails",
      "publishNotReadyAddresses: true where peers must find each other before they are ready"),
  /** Pods match the selector; none of them runs with an address. */
  PODS_WITHOUT_ADDRESS(
      "the pods that the selector matches have no address",
      "ip-01-eni-limit",
      "see why the pods do not start: no node has room, or no address is left"),
  /** The selector matches, and no matching pod declares the port's name. */
  TARGET_PORT_NOT_DECLARED(
      "no matching pod declares a container port with the name and protocol of the Service's targetPort",
      "svc-03-named-port",
      "name the container's port so, with the same protocol",
      "use the port's number as targetPort"),
  /** The Service exists and does not have the port. */
  PORT_NOT_IN_SERVICE(
      "the Service has no such port, and kube-proxy writes no rule for what it does not have",
      "svc-05-unserved-port",
      "dial a port of the Service",
      "add the port to the Service"),
  /** The Service has the port with another protocol. */
  PROTOCOL_NOT_IN_SERVICE(
      "the Service has the port with another protocol, and kube-proxy writes no rule for this one",
      "svc-04-protocol",
      "set the port's protocol to the one that is spoken"),
  /** The Service has endpoints, and no kube-proxy runs. */
  KUBE_PROXY_MISSING(
      "no kube-proxy writes rules on the node, so the Service's address leads nowhere",
      "",
      "see that kube-proxy runs on the node"),
  /** The node's rules are older than the Service's endpoints. */
  RULES_NOT_SYNCED(
      "the node's kube-proxy has not written the rules of what changed yet",
      "svc-26-sync-lag",
      "wait for the next sync",
      "let pods that end serve on for a while (preStop)"),
  /** An EndpointSlice has an address that no pod has. */
  ENDPOINT_WITHOUT_POD(
      "the endpoint that was chosen is the address of no pod",
      "svc-33-foreign-endpointslice",
      "delete the EndpointSlice that names the address"),
  /** A pod of another workload is among the Service's endpoints. */
  SELECTOR_TOO_BROAD(
      "the Service's selector also matches pods of another workload, which do not listen on its targetPort",
      "svc-02-selector-too-broad",
      "narrow the selector to the labels of one workload"),
  /** No component of the cluster answers DNS questions. */
  DNS_NOT_RUNNING(
      "no DNS server runs in the cluster", "", "install CoreDNS", "see that its pods are ready"),
  /** The name is right in another namespace. */
  NAME_OF_OTHER_NAMESPACE(
      "a Service of this name is in another namespace, and a short name is looked for in one's own",
      "",
      "say the namespace too: SERVICE.NAMESPACE"),
  /** A headless Service whose endpoints are not ready has no records. */
  HEADLESS_WITHOUT_READY_PODS(
      "a headless Service has records for its ready pods only, and none is ready",
      "dns-07-publishnotready",
      "see why the pods are not ready",
      "publishNotReadyAddresses: true"),
  /** A Service of type ExternalName whose target does not resolve. */
  EXTERNAL_NAME_UNRESOLVED(
      "the Service is an alias (ExternalName) of a name that does not resolve",
      "dns-09-externalname",
      "correct spec.externalName"),
  /** An internal load balancer was called from outside. */
  LB_INTERNAL(
      "the load balancer is internal: it has private addresses only, which lead nowhere outside the VPC",
      "lb-23-default-internal",
      "annotate aws-load-balancer-scheme: internet-facing and create it anew",
      "call it from within the VPC"),
  /** A target called itself through its load balancer. */
  LB_HAIRPIN(
      "a target calls itself through its load balancer, which keeps the caller's address, so the answer never passes the load balancer",
      "lb-04-nlb-hairpin",
      "preserve_client_ip.enabled=false on the target group",
      "use the ClusterIP inside the cluster"),
  /** No controller takes care of the Service or Ingress. */
  LB_NO_CONTROLLER(
      "no controller takes care of this object, so nobody makes a load balancer",
      "lb-02-no-controller-or-class",
      "install the AWS Load Balancer Controller",
      "name a class that exists: spec.loadBalancerClass, spec.ingressClassName"),
  /** No subnet has the tag that the scheme needs. */
  SUBNET_TAG_MISSING(
      "no subnet has the role tag that the scheme of the load balancer needs",
      "lb-01-subnet-tags",
      "tag the subnets: kubernetes.io/role/elb=1 (internet-facing) or kubernetes.io/role/internal-elb=1 (internal)",
      "name the subnets in an annotation"),
  /** The controller cannot make what the object asks for. */
  LB_RECONCILE_FAILED(
      "the controller cannot make the load balancer that the object asks for",
      "lb-17-exclusive-annotations",
      "correct what the controller's message names"),
  /** No rule of the listener matched. */
  LB_NO_RULE(
      "no rule of the listener matches the host and path, so the default action answers",
      "lb-25-default-backend",
      "add a rule for the host and path",
      "give the Ingress a defaultBackend"),
  /** The scheduler found no node for the pod. */
  POD_UNSCHEDULABLE(
      "the scheduler found no node for the pod",
      "ip-01-eni-limit",
      "make room: more nodes, smaller requests, a higher max-pods",
      "correct nodeSelector, taints and tolerations"),
  /** The pod is on a node and has no address. */
  POD_WITHOUT_ADDRESS(
      "the pod is on a node and has no address yet",
      "ip-01-eni-limit",
      "wait while it starts",
      "see that the node's network still has addresses"),
  /** The pod runs and its readiness probe or gate does not hold. */
  POD_NOT_READY(
      "the pod runs and is not ready, so Services do not send to it",
      "dns-07-publishnotready",
      "see why the readiness probe fails",
      "see which readiness gate is still open"),
  /** The Service was made after the container started. */
  ENV_SERVICE_TOO_LATE(
      "the Service was made after the container started, and variables are set once, at the start",
      "env-01-service-after-pod",
      "re-create the pod (kubectl rollout restart)",
      "use DNS"),
  /** The container holds an address that the Service no longer has. */
  ENV_STALE(
      "the Service was made anew with another address, and a running container keeps its variables",
      "env-02-stale-after-recreate",
      "re-create the pod (kubectl rollout restart)",
      "use DNS",
      "fix spec.clusterIP in the manifest"),
  /** The pod asked for no Service variables. */
  ENV_LINKS_OFF(
      "the pod has enableServiceLinks: false, so it gets the variables of default/kubernetes only",
      "",
      "use DNS",
      "enableServiceLinks: true"),
  /** Services without ClusterIP give no variables. */
  ENV_NO_CLUSTER_IP(
      "the Service has no ClusterIP (headless or ExternalName), and such give no variables",
      "env-05-headless-and-externalname",
      "use DNS"),
  /** Variables are those of Services of the pod's own namespace. */
  ENV_OTHER_NAMESPACE(
      "the Service is in another namespace, and a pod gets the variables of its own",
      "",
      "use DNS: SERVICE.NAMESPACE"),
  /** No Service would make the variable. */
  ENV_NO_SUCH_SERVICE(
      "no Service of the namespace makes such a variable",
      "",
      "correct the name",
      "create the Service, then the pod"),
  /** All is as it should be: a pod, a Service, a variable. */
  NOTHING_WRONG("nothing is wrong with it", "", "nothing is to be done");

  private final String sentence;
  private final String incident;
  private final ImmutableList<String> fixes;

  Reason(String sentence, String incident, String... fixes) {
    this.sentence = sentence;
    this.incident = incident;
    this.fixes = ImmutableList.copyOf(fixes);
  }

  /**
   * The cause in words.
   *
   * @return a sentence without capital and full stop
   */
  public String sentence() {
    return sentence;
  }

  /**
   * What can be done about it, one way or another.
   *
   * @return at least one way, each a few words
   */
  public List<String> fixes() {
    return fixes;
  }

  /**
   * The incident in which it can be studied.
   *
   * @return its id, such as {@code svc-01-selector-typo}; empty if there is none
   */
  public String incident() {
    return incident;
  }
}
