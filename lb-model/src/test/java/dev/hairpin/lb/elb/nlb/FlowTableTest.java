package dev.hairpin.lb.elb.nlb;

import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static dev.hairpin.lb.elb.ListenerProtocol.UDP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import org.junit.jupiter.api.Test;

class FlowTableTest {
  private final Workshop w = new Workshop();
  private final FlowTable table = new FlowTable(new NetworkLoadBalancer(w.elb, 7));
  private final String lb = w.network(LoadBalancer.CROSS_ZONE, "true");

  private FiveTuple flow(String zone, Protocol protocol, int port, int clientPort) {
    IpAddress there = w.elb.loadBalancer(lb).nodeIn(zone).orElseThrow().advertisedAddress();
    return new FiveTuple(
        protocol,
        new SocketAddress(IpAddress.parse("203.0.113.7"), clientPort),
        new SocketAddress(there, port));
  }

  private String listen(TargetGroup.Builder group, Listener listener, String... targets) {
    String arn = w.group(group);
    w.elb.createListener(new Listener(
        lb,
        listener.port(),
        listener.protocol(),
        listener.certificates(),
        null,
        listener.alpnPolicy(),
        java.util.List.of(dev.hairpin.lb.elb.Action.forward(arn)),
        listener.attributes()));
    w.register(arn, group.build().port(), targets);
    w.settle();
    return arn;
  }

  private String listen(TargetGroup.Builder group, int port, String... targets) {
    return listen(group, Listener.forwarding(lb, port, group.build().protocol(), "any"), targets);
  }

  private FiveTuple opened(FiveTuple flow) {
    assertThat(table.open(NewFlow.of(flow, Client.INTERNET))).isInstanceOf(Arrival.Forwarded.class);
    return flow;
  }

  private LbReason reset(FiveTuple flow) {
    FlowTable.Delivery delivery = table.packet(flow);
    assertThat(delivery).isInstanceOf(FlowTable.Delivery.Reset.class);
    return ((FlowTable.Delivery.Reset) delivery).reason();
  }

  private void delivered(FiveTuple flow) {
    assertThat(table.packet(flow)).isInstanceOf(FlowTable.Delivery.Delivered.class);
  }

  @Test
  void aFlowThatIsSilentFor350SecondsIsResetByItsNextPacket() {
    listen(TargetGroup.instances("ui", TCP, 30080), 80, "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));

    w.pass(349);
    delivered(flow);
    w.pass(350);
    assertThat(table.packet(flow))
        .isEqualTo(new FlowTable.Delivery.Reset(
            LbReason.LB_IDLE_TIMEOUT,
            "idle for 350 s, and the load balancer forgets a flow after 350 s"));
    assertThat(table.size()).isZero();
  }

  @Test
  void keepalivesHoldAFlow() {
    listen(TargetGroup.instances("ui", TCP, 30080), 80, "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));
    for (int i = 0; i < 10; i++) {
      w.pass(120);
      delivered(flow);
    }
  }

  @Test
  void theListenersIdleTimeoutCanBeLonger() {
    listen(
        TargetGroup.instances("ui", TCP, 30080),
        Listener.forwarding(lb, 80, TCP, "any").withAttribute("tcp.idle_timeout.seconds", "400"),
        "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));

    w.pass(360);
    delivered(flow);
    w.pass(400);
    assertThat(reset(flow)).isEqualTo(LbReason.LB_IDLE_TIMEOUT);
  }

  @Test
  void aDatagramAfter120SecondsIsANewFlow() {
    listen(TargetGroup.ips("dns", UDP, 53), 53, "10.0.10.21");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.UDP, 53, 50111));

    w.pass(119);
    delivered(flow);
    w.pass(120);
    assertThat(table.packet(flow))
        .isInstanceOfSatisfying(
            FlowTable.Delivery.Reopened.class,
            r -> assertThat(r.arrival()).isInstanceOf(Arrival.Forwarded.class));
    delivered(flow);
  }

  @Test
  void aFlowWhoseTargetBecomesUnhealthyIsReset() {
    listen(TargetGroup.instances("ui", TCP, 30080), 80, "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));
    w.register(w.elb.targetGroups().iterator().next().arn(), 30080, "i-0bb");
    w.fail("i-0aa");

    assertThat(reset(flow)).isEqualTo(LbReason.LB_TARGET_UNHEALTHY);
  }

  @Test
  void aFlowStaysWhenAllTargetsAreUnhealthy() {
    listen(TargetGroup.instances("ui", TCP, 30080), 80, "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));
    w.fail("i-0aa");

    delivered(flow);
  }

  @Test
  void theAttributeKeepsFlowsOfUnhealthyTargets() {
    listen(
        TargetGroup.instances("ui", TCP, 30080)
            .attribute("target_health_state.unhealthy.connection_termination.enabled", "false"),
        80,
        "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));
    w.register(w.elb.targetGroups().iterator().next().arn(), 30080, "i-0bb");
    w.fail("i-0aa");

    delivered(flow);
  }

  @Test
  void aFlowOutlivesItsTargetsDeregistrationUnlessToldOtherwise() {
    String group = listen(
        TargetGroup.instances("ui", TCP, 30080)
            .attribute("deregistration_delay.timeout_seconds", "60"),
        80,
        "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));
    w.deregister(group, 30080, "i-0aa");
    w.pass(61);

    delivered(flow);
  }

  @Test
  void connectionTerminationEndsFlowsWhenTheDelayIsOver() {
    String group = listen(
        TargetGroup.instances("ui", TCP, 30080)
            .attribute("deregistration_delay.timeout_seconds", "60")
            .attribute("deregistration_delay.connection_termination.enabled", "true"),
        80,
        "i-0aa");
    FiveTuple flow = opened(flow(Workshop.A, Protocol.TCP, 80, 50111));
    w.deregister(group, 30080, "i-0aa");
    w.pass(59);
    delivered(flow);
    w.pass(1);
    assertThat(reset(flow)).isEqualTo(LbReason.LB_TARGET_DEREGISTERED);
  }

  @Test
  void oneClientPortToTwoNodesCollidesAtOneTarget() {
    listen(TargetGroup.instances("ui", TCP, 30080), 80, "i-0aa");
    opened(flow(Workshop.A, Protocol.TCP, 80, 50111));

    assertThat(table.open(NewFlow.of(flow(Workshop.B, Protocol.TCP, 80, 50111), Client.INTERNET)))
        .isInstanceOfSatisfying(
            Arrival.TimedOut.class,
            t -> assertThat(t.reason()).isEqualTo(LbReason.LB_FLOW_COLLISION));
    opened(flow(Workshop.B, Protocol.TCP, 80, 50112));
  }

  @Test
  void fiftyFiveThousandConnectionsFromANodeToATargetAreAll() {
    listen(TargetGroup.ips("ui", TCP, 8080), 80, "10.0.10.21");
    for (int i = 0; i < NetworkLoadBalancer.SOURCE_PORTS; i++) {
      opened(flow(Workshop.A, Protocol.TCP, 80, 1024 + i));
    }
    FiveTuple oneMore = flow(Workshop.A, Protocol.TCP, 80, 60_000);
    assertThat(table.open(NewFlow.of(oneMore, Client.INTERNET)))
        .isInstanceOfSatisfying(
            Arrival.TimedOut.class,
            t -> assertThat(t.reason()).isEqualTo(LbReason.LB_SOURCE_PORTS_EXHAUSTED));

    opened(flow(Workshop.B, Protocol.TCP, 80, 60_000));
    table.close(flow(Workshop.A, Protocol.TCP, 80, 1024));
    opened(oneMore);
  }

  @Test
  void aPacketOfNoFlowIsReset() {
    assertThat(reset(flow(Workshop.A, Protocol.TCP, 80, 1))).isEqualTo(LbReason.LB_UNKNOWN_FLOW);
  }
}
