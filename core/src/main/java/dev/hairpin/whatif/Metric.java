package dev.hairpin.whatif;

/** What is measured. The order is that of reports. */
public enum Metric {
  /** New connections each second that do not arrive, by reason. */
  LOST("lost", "conn/s"),
  /** Connections that are lost while nobody has noticed that nodes are gone. */
  LOST_UNTIL_NOTICED("lost until noticed", "connections"),
  /** New connections each second that a pod gets. */
  POD_ARRIVALS("pod new connections", "conn/s"),
  /** Requests each second that a pod serves. */
  POD_REQUESTS("pod requests", "req/s"),
  /** Connections that are open to a pod, in the mean. */
  POD_CONNECTIONS("pod open connections", "connections"),
  /** Open connections of the pod that happens to have the most, since each is placed by chance. */
  HOTTEST_POD("hottest pod", "connections"),
  /** Requests each second that the pods of a node serve. */
  NODE_REQUESTS("node requests", "req/s"),
  /** Requests each second that the pods of a zone serve. */
  ZONE_REQUESTS("zone requests", "req/s"),
  /** Entries of a node's connection tracking. */
  CONNTRACK("conntrack", "entries"),
  /** Source ports that MASQUERADE has in use on a node towards its busiest destination. */
  SNAT_PORTS("SNAT ports", "ports"),
  /** Source ports that a pod has in use towards the destination that it dials most. */
  CLIENT_PORTS("client ports", "ports"),
  /** Addresses that pods of a node have. */
  POD_ADDRESSES("pod addresses", "addresses"),
  /** Addresses of a subnet that pods, nodes and their interfaces have. */
  SUBNET_ADDRESSES("subnet addresses", "addresses"),
  /** Pods of a workload that have no node or no address, and so do not start. */
  PENDING_PODS("pods that wait", "pods"),
  /** Network interfaces that a node needs for the addresses of its pods. */
  INTERFACES("ENIs", "interfaces"),
  /** ClusterIPs in use. */
  CLUSTER_IPS("ClusterIPs", "addresses"),
  /** Node ports in use. */
  NODE_PORTS("node ports", "ports"),
  /** What the variables of Services take of the environment of a pod that starts now. */
  ENVIRONMENT("environment", "bytes"),
  /** Rules that kube-proxy has written on a node. */
  RULES("rules", "rules"),
  /** Octets of a node's rules as a full sync hands them to iptables-restore. */
  RULE_BYTES("bytes of rules", "bytes"),
  /** How long a node takes to write all its rules. */
  SYNC_SECONDS("full sync", "s"),
  /** Rules that the first packet of a connection is compared with, in the mean. */
  RULES_EXAMINED("rules examined", "rules/conn"),
  /** Cores of a node that are busy with comparing rules. */
  RULE_CORES("cores for rules", "cores"),
  /** Questions each second that a CoreDNS pod answers. */
  DNS_QUERIES("DNS queries", "queries/s"),
  /** Packets each second that a CoreDNS pod's interface sends to the VPC's resolver. */
  DNS_UPSTREAM("DNS upstream", "packets/s"),
  /** Memory of a CoreDNS pod. */
  DNS_MEMORY("CoreDNS memory", "MB"),
  /** Replicas of CoreDNS that the autoscaler's default would set. */
  DNS_REPLICAS("CoreDNS replicas wanted", "pods"),
  /** Octets each second that cross from one zone to another, each crossing counted. */
  CROSS_ZONE_BYTES("cross-zone bytes", "B/s"),
  /** What these cost in 730 hours, both sides together. */
  CROSS_ZONE_COST("cross-zone cost", "$/month"),
  /** Octets each second from one zone to another, or within one; see {@link ZoneMatrix}. */
  ZONE_TO_ZONE("zone to zone", "B/s"),
  /** Capacity units of a load balancer. */
  CAPACITY_UNITS("LCUs", "LCU"),
  /** What a load balancer costs in 730 hours, without traffic between zones. */
  BALANCER_COST("load balancer cost", "$/month"),
  /** Services and Ingresses whose load balancer the controller cannot make or change, and why. */
  BALANCER_FAILED("load balancers that fail", "failures"),
  /** How far a quota of the account is used. */
  QUOTA("quota", "used"),
  /** How many objects there are, beside what Kubernetes is tested with. */
  SCALE("tested scale", "objects");

  private final String title;
  private final String unit;

  Metric(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** {@return what people call it} */
  public String title() {
    return title;
  }

  /** {@return the unit of its values} */
  public String unit() {
    return unit;
  }

  /** What people call it. */
  @Override
  public String toString() {
    return title;
  }
}
