package dev.hairpin.lb.elb.nlb;

import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static dev.hairpin.lb.elb.ListenerProtocol.TLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.AlpnPolicy;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TlsAccessLogTest {
  private final Workshop w = new Workshop();
  private final String lb = w.network();

  private NewFlow flow(int port) {
    SocketAddress there = new SocketAddress(
        w.elb.loadBalancer(lb).nodeIn(Workshop.A).orElseThrow().advertisedAddress(), port);
    return new NewFlow(
        new FiveTuple(Protocol.TCP, SocketAddress.parse("203.0.113.7:50111"), there),
        1,
        Client.INTERNET,
        new ClientHello("shop.example", List.of("h2", "http/1.1")));
  }

  @Test
  void aTlsConnectionIsLoggedWithItsFieldsInOrder() {
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    String listener = w.elb.createListener(
        Listener.encrypted(lb, 443, TLS, List.of("arn:c/shop"), Action.forward(group))
            .withAlpnPolicy(AlpnPolicy.HTTP2_PREFERRED));
    w.register(group, 8080, "10.0.10.21");
    w.settle();
    NewFlow opened = flow(443);
    Arrival.Forwarded forwarded =
        (Arrival.Forwarded) new NetworkLoadBalancer(w.elb, 7).connect(opened);

    String line = TlsAccessLog.line(
        opened, forwarded, listener, w.clock.now(), Duration.ofMillis(5), 98, 246);

    assertThat(line)
        .matches("tls 2\\.0 2026-01-01T00:00:00"
            + " net/k8s-ui-uinlb-cad95071ca/dd7f4f2dcc1d8234 [0-9a-f]{16}"
            + " 203\\.0\\.113\\.7:50111 198\\.51\\.100\\.[0-9]+:443 5 0 98 246 - arn:c/shop -"
            + " ECDHE-RSA-AES128-GCM-SHA256 tlsv12 - shop\\.example h2 - \"h2\",\"http/1\\.1\""
            + " 2026-01-01T00:00:00");
  }

  @Test
  void plainTcpIsNotLogged() {
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    String listener = w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 8080, "10.0.10.21");
    w.settle();
    NewFlow opened = flow(80);
    Arrival.Forwarded forwarded =
        (Arrival.Forwarded) new NetworkLoadBalancer(w.elb, 7).connect(opened);

    assertThatThrownBy(() ->
            TlsAccessLog.line(opened, forwarded, listener, w.clock.now(), Duration.ZERO, 0, 0))
        .hasMessage("only connections of TLS listeners are logged");
  }
}
