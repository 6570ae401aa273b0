package dev.hairpin.lb.elb.network;

import static dev.hairpin.lb.elb.ListenerProtocol.HTTP;
import static dev.hairpin.lb.elb.ListenerProtocol.HTTPS;
import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.ProtocolVersion;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Relay;
import dev.hairpin.path.addon.HttpRequest;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElbNetworkTest {
  private static final SocketAddress CLIENT = SocketAddress.parse("203.0.113.7:50111");

  private static ElbNetwork network(Workshop w) {
    return new ElbNetwork(w.elb, 7);
  }

  private static Relay.Decision dial(ElbNetwork network, Node node, int port) {
    LoadBalancing.Layer4 layer4 =
        (LoadBalancing.Layer4) network.at(node.advertisedAddress()).orElseThrow();
    return layer4
        .relay()
        .decide(
            new FiveTuple(Protocol.TCP, CLIENT, new SocketAddress(node.advertisedAddress(), port)),
            Chooser.seeded(1));
  }

  @Test
  void aNetworkLoadBalancerForwardsRefusesAndIgnores() {
    Workshop w = new Workshop();
    ElbNetwork network = network(w);
    String lb = w.network();
    String full = w.group(TargetGroup.instances("ui", TCP, 30549));
    String empty = w.group(TargetGroup.instances("none", TCP, 30550));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, full));
    w.elb.createListener(Listener.forwarding(lb, 81, TCP, empty));
    w.register(full, 30549, "i-0aa");
    w.settle();
    Node node = w.elb.loadBalancer(lb).nodeIn(Workshop.A).orElseThrow();

    assertThat(dial(network, node, 80)).isInstanceOfSatisfying(Relay.Decision.Forward.class, f -> {
      assertThat(f.target()).hasToString("10.0.10.5:30549");
      assertThat(f.source()).isNull();
      assertThat(f.notes()).hasSize(3);
    });
    assertThat(dial(network, node, 81)).isEqualTo(new Relay.Decision.Refuse(Reason.LB_NO_TARGETS));
    assertThat(dial(network, node, 82)).isEqualTo(new Relay.Decision.Ignore(Reason.LB_NO_LISTENER));
  }

  @Test
  void aReplacedClientIsToldToTheNetwork() {
    Workshop w = new Workshop();
    ElbNetwork network = network(w);
    String lb = w.network();
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 8080, "10.0.10.21");
    w.settle();
    Node node = w.elb.loadBalancer(lb).nodeIn(Workshop.A).orElseThrow();

    assertThat(dial(network, node, 80))
        .isInstanceOfSatisfying(
            Relay.Decision.Forward.class,
            f -> assertThat(f.source()).isEqualTo(node.privateAddress()));
    assertThat(network.at(node.privateAddress()).orElseThrow().addresses())
        .containsExactly(node.advertisedAddress(), node.privateAddress());
  }

  @Test
  void anApplicationLoadBalancerRoutesByHostAndPath() {
    Workshop w = new Workshop();
    ElbNetwork network = network(w);
    String lb = w.application();
    String group = w.group(TargetGroup.ips("ui", HTTP, 8080));
    String listener =
        w.elb.createListener(Listener.of(lb, 80, HTTP, Action.fixed(404, "nothing here")));
    w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/ui/*"), Action.forward(group)));
    w.register(group, 8080, "10.0.11.34");
    w.settle();
    IpAddress address = w.elb.loadBalancer(lb).nodes().get(0).advertisedAddress();
    LoadBalancing.Layer7 layer7 = (LoadBalancing.Layer7) network.at(address).orElseThrow();
    FiveTuple connection = new FiveTuple(Protocol.TCP, CLIENT, new SocketAddress(address, 80));
    FiveTuple closed = new FiveTuple(Protocol.TCP, CLIENT, new SocketAddress(address, 81));

    assertThat(layer7.ports()).containsExactly(80);
    assertThat(layer7.label()).isEqualTo("ALB k8s-retailappgroup-085b071a94 (us-west-2a)");
    assertThat(layer7
            .router()
            .route(HttpRequest.get("http", "shop", "/ui/x?y=1"), connection, Chooser.seeded(1)))
        .isInstanceOfSatisfying(
            LoadBalancing.HttpDecision.Forward.class,
            f -> assertThat(f.target()).hasToString("10.0.11.34:8080"));
    assertThat(layer7
            .router()
            .route(HttpRequest.get("http", "shop", "/"), connection, Chooser.seeded(1)))
        .isInstanceOfSatisfying(LoadBalancing.HttpDecision.Answer.class, a -> {
          assertThat(a.status()).isEqualTo(404);
          assertThat(a.reason()).isEqualTo(Reason.LB_FIXED_RESPONSE);
        });
    assertThat(
            layer7.router().route(HttpRequest.get("http", "shop", "/"), closed, Chooser.seeded(1)))
        .isEqualTo(new LoadBalancing.HttpDecision.Refused(
            false, Reason.LB_NO_LISTENER, List.of("no listener for tcp port 81 among [HTTP:80]")));
  }

  @Test
  void theVersionOfARequestDecidesWhetherAGroupTakesIt() {
    Workshop w = new Workshop();
    ElbNetwork network = network(w);
    String lb = w.application();
    String group =
        w.group(TargetGroup.ips("grpc", HTTP, 8080).protocolVersion(ProtocolVersion.HTTP2));
    w.elb.createListener(
        Listener.encrypted(lb, 443, HTTPS, List.of("arn:c/shop"), Action.forward(group)));
    w.register(group, 8080, "10.0.11.34");
    w.settle();
    IpAddress address = w.elb.loadBalancer(lb).nodes().get(0).advertisedAddress();
    LoadBalancing.Layer7 layer7 = (LoadBalancing.Layer7) network.at(address).orElseThrow();
    FiveTuple connection = new FiveTuple(Protocol.TCP, CLIENT, new SocketAddress(address, 443));
    HttpRequest request = HttpRequest.get("https", "shop", "/");

    assertThat(layer7.router().route(request, connection, Chooser.seeded(1)))
        .isInstanceOfSatisfying(
            LoadBalancing.HttpDecision.Answer.class, a -> assertThat(a.status()).isEqualTo(464));
    assertThat(layer7
            .router()
            .route(request.withVersion(HttpRequest.Version.HTTP_2), connection, Chooser.seeded(1)))
        .isInstanceOf(LoadBalancing.HttpDecision.Forward.class);
  }

  @Test
  void aNameIsKnownButEmptyWhileItsLoadBalancerIsMade() {
    Workshop w = new Workshop(Timings.TYPICAL);
    ElbNetwork network = network(w);
    String name = w.elb.loadBalancer(w.network()).dnsName();

    assertThat(network.addressesOf(name)).contains(List.of());
    assertThat(network.addressesOf("www.example")).isEmpty();
    w.pass(150);
    assertThat(network.addressesOf(name).orElseThrow()).hasSize(3);
  }
}
