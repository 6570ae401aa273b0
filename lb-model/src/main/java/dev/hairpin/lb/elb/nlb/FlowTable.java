package dev.hairpin.lb.elb.nlb;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The flows that Network Load Balancers have open: what happens to a connection after its first
 * packet.
 *
 * <p>Source: user guide for Network Load Balancers, 2023, "Connection idle timeout",
 * "Deregistration delay", "Connection termination for unhealthy targets", "Client IP preservation";
 * {@code tcp.idle_timeout.seconds} since 2024-09. Not thread-safe.
 */
public final class FlowTable {

  /** What becomes of a packet of a flow. */
  public sealed interface Delivery {

    /**
     * It reaches the flow's target.
     *
     * @param target the target
     * @param packet the tuple that the target sees
     */
    record Delivered(TargetDescription target, FiveTuple packet) implements Delivery {}

    /**
     * The sender gets a reset.
     *
     * @param reason why
     * @param because the same in words
     */
    record Reset(LbReason reason, String because) implements Delivery {}

    /**
     * A datagram opened a new flow, because its old one was forgotten.
     *
     * @param arrival what became of it
     */
    record Reopened(Arrival arrival) implements Delivery {}
  }

  private static final Duration UDP_IDLE = Duration.ofMinutes(2);
  private static final int TCP_IDLE_SECONDS = 350;

  private final NetworkLoadBalancer nlb;
  private final ElasticLoadBalancing elb;
  private final Map<FiveTuple, Flow> flows = new HashMap<>();

  /** The source ports in use, by node address and target. */
  private final Map<Towards, IntSet> sourcePorts = new HashMap<>();

  /** The flows whose client address is kept, by what the target sees. */
  private final Map<FiveTuple, FiveTuple> seenByTargets = new HashMap<>();

  private record Towards(IpAddress node, SocketAddress target) {}

  private static final class Flow {
    final NewFlow opened;
    final Arrival.Forwarded forwarded;
    final String loadBalancerArn;
    Instant lastPacket;

    Flow(NewFlow opened, Arrival.Forwarded forwarded, String loadBalancerArn, Instant now) {
      this.opened = opened;
      this.forwarded = forwarded;
      this.loadBalancerArn = loadBalancerArn;
      this.lastPacket = now;
    }
  }

  /**
   * An empty table.
   *
   * @param nlb where new connections go
   */
  public FlowTable(NetworkLoadBalancer nlb) {
    this.nlb = nlb;
    this.elb = nlb.elb();
  }

  /** {@return how many flows are open} */
  public int size() {
    return flows.size();
  }

  /**
   * Opens a connection.
   *
   * @param connection the connection
   * @return what becomes of it; source ports are given out and collisions noticed
   */
  public Arrival open(NewFlow connection) {
    close(connection.flow());
    Arrival arrival = nlb.connect(connection);
    if (!(arrival instanceof Arrival.Forwarded forwarded)) {
      return arrival;
    }
    Arrival admitted = forwarded.clientIpPreserved()
        ? keepClient(connection.flow(), forwarded)
        : translate(forwarded);
    if (admitted instanceof Arrival.Forwarded open) {
      LoadBalancerState lb =
          elb.loadBalancerAt(connection.flow().destination().address()).orElseThrow();
      flows.put(
          connection.flow(), new Flow(connection, open, lb.arn(), elb.clock().now()));
    }
    return admitted;
  }

  private Arrival keepClient(FiveTuple flow, Arrival.Forwarded forwarded) {
    FiveTuple other = seenByTargets.putIfAbsent(forwarded.packet(), flow);
    if (other == null) {
      return forwarded;
    }
    return stopped(
        forwarded,
        LbReason.LB_FLOW_COLLISION,
        "the target already has a connection "
            + forwarded.packet()
            + ", which the client opened to "
            + other.destination()
            + ": one 5-tuple cannot be two connections");
  }

  private Arrival translate(Arrival.Forwarded forwarded) {
    FiveTuple packet = forwarded.packet();
    Towards towards = new Towards(packet.source().address(), packet.destination());
    IntSet used = sourcePorts.computeIfAbsent(towards, t -> new IntOpenHashSet());
    if (used.size() >= NetworkLoadBalancer.SOURCE_PORTS) {
      return stopped(
          forwarded,
          LbReason.LB_SOURCE_PORTS_EXHAUSTED,
          towards.node()
              + " has "
              + used.size()
              + " connections to "
              + towards.target()
              + " and no source port left (PortAllocationErrorCount)");
    }
    int port = packet.source().port();
    while (!used.add(port)) {
      port = port + 1 < NetworkLoadBalancer.FIRST_SOURCE_PORT + NetworkLoadBalancer.SOURCE_PORTS
          ? port + 1
          : NetworkLoadBalancer.FIRST_SOURCE_PORT;
    }
    return port == packet.source().port()
        ? forwarded
        : withSource(forwarded, new SocketAddress(towards.node(), port));
  }

  private static Arrival withSource(Arrival.Forwarded f, SocketAddress source) {
    List<LbStep> steps = new ArrayList<>(f.steps());
    steps.add(new LbStep(
        LbStep.Kind.PACKET,
        "source port " + f.packet().source().port() + " is taken: *" + source + "* > "
            + f.packet().destination()));
    return new Arrival.Forwarded(
        f.place(),
        f.targetGroupArn(),
        f.target(),
        f.targetInstance(),
        f.packet().withSource(source),
        f.clientIpPreserved(),
        f.proxyProtocol(),
        f.crossZone(),
        f.failOpen(),
        f.tls(),
        List.copyOf(steps));
  }

  private static Arrival stopped(Arrival.Forwarded f, LbReason reason, String because) {
    return new Arrival.TimedOut(f.place(), reason, because, f.target(), f.steps());
  }

  /**
   * A packet of a flow, from either side; a keepalive is one too.
   *
   * @param flow the tuple as the client sees it
   * @return what becomes of it
   */
  public Delivery packet(FiveTuple flow) {
    Flow open = flows.get(flow);
    if (open == null) {
      return new Delivery.Reset(
          LbReason.LB_UNKNOWN_FLOW, flow + " is not the flow of an open connection");
    }
    Instant now = elb.clock().now();
    Duration idle = Duration.between(open.lastPacket, now);
    Duration timeout = idleTimeout(open);
    if (idle.compareTo(timeout) >= 0) {
      close(flow);
      return flow.protocol() == Protocol.UDP
          ? new Delivery.Reopened(open(open.opened))
          : new Delivery.Reset(
              LbReason.LB_IDLE_TIMEOUT,
              "idle for " + idle.toSeconds() + " s, and the load balancer forgets a flow after "
                  + timeout.toSeconds() + " s");
    }
    Delivery.Reset reset = targetGone(open);
    if (reset != null) {
      close(flow);
      return reset;
    }
    open.lastPacket = now;
    return new Delivery.Delivered(open.forwarded.target(), open.forwarded.packet());
  }

  /** How long the flow may be silent: settable for TCP listeners only. */
  private Duration idleTimeout(Flow flow) {
    if (flow.opened.flow().protocol() == Protocol.UDP) {
      return UDP_IDLE;
    }
    int port = flow.opened.flow().destination().port();
    Listener listener = elb.loadBalancers().stream()
        .filter(lb -> lb.arn().equals(flow.loadBalancerArn))
        .findFirst()
        .flatMap(lb -> lb.listener(port))
        .map(ListenerState::config)
        .orElse(null);
    return listener == null || listener.protocol() == ListenerProtocol.TLS
        ? Duration.ofSeconds(TCP_IDLE_SECONDS)
        : Duration.ofSeconds(
            listener.attributes().number("tcp.idle_timeout.seconds", TCP_IDLE_SECONDS));
  }

  private Delivery.@Nullable Reset targetGone(Flow flow) {
    TargetGroupState group = elb.targetGroups().stream()
        .filter(g -> g.arn().equals(flow.forwarded.targetGroupArn()))
        .findFirst()
        .orElse(null);
    TargetDescription description = flow.forwarded.target();
    if (group == null) {
      return deregistered(description);
    }
    TargetState target = group.target(description.id(), description.port()).orElse(null);
    if (target == null) {
      return endsAfterDeregistration(group.config(), flow) ? deregistered(description) : null;
    }
    boolean tcp = flow.opened.flow().protocol() == Protocol.TCP;
    boolean ends = group
        .config()
        .attributes()
        .flag("target_health_state.unhealthy.connection_termination.enabled", true);
    if (tcp
        && ends
        && target.health().state() == TargetHealthState.UNHEALTHY
        && !failsOpen(group, flow)) {
      return new Delivery.Reset(
          LbReason.LB_TARGET_UNHEALTHY, description + " is " + target.health());
    }
    return null;
  }

  private static Delivery.Reset deregistered(TargetDescription target) {
    return new Delivery.Reset(
        LbReason.LB_TARGET_DEREGISTERED,
        target + " was deregistered and its deregistration delay is over");
  }

  private static boolean endsAfterDeregistration(TargetGroup group, Flow flow) {
    boolean tls = flow.forwarded.tls() != null || group.protocol() == ListenerProtocol.TLS;
    return group.attributes().flag("deregistration_delay.connection_termination.enabled", tls);
  }

  private boolean failsOpen(TargetGroupState group, Flow flow) {
    return elb.loadBalancers().stream()
        .filter(lb -> lb.arn().equals(flow.loadBalancerArn))
        .anyMatch(lb -> lb.node(flow.opened.flow().destination().address())
            .filter(n ->
                group.candidates(lb, n.availabilityZone(), elb.clock().now()).failOpen())
            .isPresent());
  }

  /**
   * Forgets a flow: both sides said FIN, or one RST.
   *
   * @param flow the tuple as the client sees it; nothing happens if it is not open
   */
  public void close(FiveTuple flow) {
    Flow open = flows.remove(flow);
    if (open == null) {
      return;
    }
    FiveTuple packet = open.forwarded.packet();
    if (open.forwarded.clientIpPreserved()) {
      seenByTargets.remove(packet);
    } else {
      IntSet used = sourcePorts.get(new Towards(packet.source().address(), packet.destination()));
      if (used != null) {
        used.remove(packet.source().port());
      }
    }
  }
}
