package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;

/** Clusters for questions about shares: kubeadm's shape, with kube-proxy on every node. */
final class QuestionCluster {
  private QuestionCluster() {}

  /** Pods spread over nodes, and Services of some of them each. */
  static Cluster of(int nodes, int pods, int services, int endpoints) {
    StringBuilder yaml = new StringBuilder();
    for (int n = 0; n < nodes; n++) {
      yaml.append("""
          ---
          apiVersion: v1
          kind: Node
          metadata: {name: node-%1$d, labels: {%2$s: zone-%3$d}}
          spec: {podCIDR: 10.%4$d.0.0/16, podCIDRs: [10.%4$d.0.0/16]}
          status: {addresses: [{type: InternalIP, address: 192.168.0.%5$d}]}
          """.formatted(n, Node.ZONE_LABEL, n % 3, 100 + n, n + 1));
    }
    for (int p = 0; p < pods; p++) {
      yaml.append("""
          ---
          apiVersion: v1
          kind: Pod
          metadata: {namespace: shop, name: web-%1$d}
          spec:
            nodeName: node-%2$d
            containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]
          status: {phase: Running, podIP: %3$s, podIPs: [{ip: %3$s}]}
          """.formatted(p, p % nodes, address(p, nodes)));
    }
    for (int s = 0; s < services; s++) {
      String ip = "172.30.%d.%d".formatted(s / 250, s % 250 + 1);
      yaml.append("""
          ---
          apiVersion: v1
          kind: Service
          metadata: {namespace: shop, name: svc-%1$d}
          spec:
            clusterIP: %2$s
            clusterIPs: [%2$s]
            ipFamilies: [IPv4]
            ports: [{port: 80, targetPort: 8080, protocol: TCP}]
          ---
          apiVersion: discovery.k8s.io/v1
          kind: EndpointSlice
          metadata:
            namespace: shop
            name: svc-%1$d-1
            labels: {kubernetes.io/service-name: svc-%1$d}
          addressType: IPv4
          ports: [{name: "", port: 8080, protocol: TCP}]
          endpoints:
          """.formatted(s, ip));
      for (int e = 0; e < endpoints; e++) {
        int pod = (s * endpoints + e) % pods;
        yaml.append("- {addresses: [%s], nodeName: node-%d, conditions: {ready: true}}\n"
            .formatted(address(pod, nodes), pod % nodes));
      }
    }
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    Manifests.parse(yaml.toString(), "benchmark").objects().forEach(state::store);
    if (state.list(EndpointSlice.class).size() != services) {
      throw new IllegalStateException("a Service has no endpoints");
    }
    return Cluster.of(state).install(KubeProxy.newest());
  }

  private static String address(int pod, int nodes) {
    int onNode = pod / nodes + 2;
    return "10.%d.%d.%d".formatted(100 + pod % nodes, onNode / 250, onNode % 250);
  }
}
