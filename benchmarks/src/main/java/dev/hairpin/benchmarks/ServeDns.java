package dev.hairpin.benchmarks;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.server.DnsServer;
import dev.hairpin.dns.server.DnsServerOptions;
import dev.hairpin.net.IpAddress;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.util.List;

/**
 * How many questions a second does the DNS server on loopback answer? Serves a cluster with
 * Services {@code shop/svc-0}, {@code shop/svc-1} and so on, for a load generator such as dnsperf.
 */
public final class ServeDns {
  private ServeDns() {}

  /**
   * Serves until the input ends.
   *
   * @param args the port, and the number of Services
   * @throws IOException if the port cannot be had
   */
  public static void main(String[] args) throws IOException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 5399;
    int services = args.length > 1 ? Integer.parseInt(args[1]) : 2_000;
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(new Namespace(ObjectMeta.of("", "shop")));
    IpAddress first = IpAddress.parse("10.100.0.1");
    for (int i = 0; i < services; i++) {
      state.store(new Service(
          ObjectMeta.of("shop", "svc-" + i),
          ServiceSpec.builder()
              .clusterIps(List.of(first.plus(i).toString()))
              .ports(List.of(ServicePort.tcp("http", 80, 8080)))
              .build(),
          List.of(),
          List.of()));
    }
    try (DnsServer server =
        CoreDns.kubeadm().start(state).serve(DnsServerOptions.DEFAULT.withPort(port))) {
      System.out.println("serving " + services + " Services on " + server.address());
      while (System.in.read() >= 0) {
        // until the input ends
      }
      System.out.println(server.counts());
      ProcessHandle.current()
          .info()
          .totalCpuDuration()
          .ifPresent(cpu -> System.out.println("CPU time " + cpu));
    }
  }
}
