package dev.hairpin.lb.elb.nlb;

import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static dev.hairpin.lb.elb.ListenerProtocol.TCP_UDP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CompiledTargetsTest {

  @Property(tries = 100)
  void theCompiledFormChoosesWhatTheReadableOneChooses(
      @ForAll long seed,
      @ForAll boolean crossZone,
      @ForAll boolean sticky,
      @ForAll @IntRange(min = 0, max = 12) int pods) {
    SplittableRandom random = new SplittableRandom(seed);
    Workshop w = new Workshop();
    String lb = w.network(LoadBalancer.CROSS_ZONE, Boolean.toString(crossZone));
    String group = w.group(
        TargetGroup.ips("ui", TCP, 8080).attribute("stickiness.enabled", Boolean.toString(sticky)));
    String dns = w.group(TargetGroup.instances("dns", TCP_UDP, 30053));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.elb.createListener(Listener.forwarding(lb, 53, TCP_UDP, dns));
    for (int i = 0; i < pods; i++) {
      String ip = "10.0." + (10 + random.nextInt(3)) + "." + (100 + i);
      if (random.nextInt(3) == 0) {
        w.answers.put(ip, HealthProbe.Result.Failed.refused());
      }
      w.register(group, 8080, ip);
    }
    w.register(dns, 30053, "i-0aa", "i-0cc");
    w.pass(60);
    NetworkLoadBalancer nlb = new NetworkLoadBalancer(w.elb, seed);
    CompiledTargets compiled = CompiledTargets.compile(nlb, lb);

    for (int i = 0; i < 50; i++) {
      Node node = w.elb.loadBalancer(lb).nodes().get(random.nextInt(3));
      Protocol protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
      int port = List.of(80, 53, 443).get(random.nextInt(3));
      IpAddress source = IpAddress.v4(random.nextInt());
      int sourcePort = random.nextInt(65_536);
      int sequence = random.nextInt();
      FiveTuple flow = new FiveTuple(
          protocol,
          new SocketAddress(source, sourcePort),
          new SocketAddress(node.advertisedAddress(), port));
      Arrival arrival =
          nlb.connect(new NewFlow(flow, sequence, Client.INTERNET, ClientHello.PLAIN));

      int chosen = compiled.choose(
          compiled.node(node.availabilityZone()),
          protocol.number(),
          source.v4Bits(),
          sourcePort,
          node.advertisedAddress().v4Bits(),
          port,
          sequence);

      if (arrival instanceof Arrival.Forwarded forwarded) {
        assertThat(compiled.target(chosen)).isEqualTo(forwarded.target());
      } else {
        assertThat(chosen).isEqualTo(-1);
      }
    }
  }
}
