package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.ClusterBuilder;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.elb.Timings;
import java.util.Comparator;
import java.util.List;

/** The clusters that incidents are played in. */
final class Labs {
  private Labs() {}

  /** Three nodes as kubeadm makes them, with kube-proxy and CoreDNS. */
  static Cluster kubeadm() {
    return proxied(Cluster.builder().kubeadm(3));
  }

  static Cluster proxied(ClusterBuilder builder) {
    return proxied(builder, KubeProxyVersion.DEFAULT);
  }

  static Cluster proxied(ClusterBuilder builder, KubeProxyVersion version) {
    return builder.build().install(KubeProxy.ofVersion(version)).install(CoreDns.kubeadm());
  }

  /** Nodes of EKS, with everything installed; AWS does its part at once. */
  static Cluster eks(int nodes) {
    return eks(nodes, Timings.INSTANT);
  }

  static Cluster eks(int nodes, Timings timings) {
    return Cluster.builder()
        .eks(nodes)
        .build()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.eks("lab").withTimings(timings));
  }

  static String node(Cluster cluster, int number) {
    return nodes(cluster).get(number);
  }

  /** The nodes by zone, then by name. */
  static List<String> nodes(Cluster cluster) {
    return cluster.state().list(Node.class).stream()
        .sorted(Comparator.comparing(Node::zone).thenComparing(n -> n.metadata().name()))
        .map(n -> n.metadata().name())
        .toList();
  }

  static Service service(Cluster cluster, String namespace, String name) {
    return cluster.state().get(Service.class, namespace, name).orElseThrow();
  }

  static String clusterIp(Cluster cluster, String namespace, String name) {
    return service(cluster, namespace, name).spec().clusterIp();
  }

  static int nodePort(Cluster cluster, String namespace, String name) {
    return service(cluster, namespace, name).spec().ports().get(0).nodePort();
  }

  static String lbName(Cluster cluster, String namespace, String name) {
    return service(cluster, namespace, name).loadBalancer().get(0).hostname();
  }
}
