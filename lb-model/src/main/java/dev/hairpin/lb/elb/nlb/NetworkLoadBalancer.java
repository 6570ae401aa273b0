package dev.hairpin.lb.elb.nlb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.Guard;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerDns;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.elb.TlsSession;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Network Load Balancers do to a new connection, told step by step.
 *
 * <p>Source: user guide for Network Load Balancers, 2023. Nothing is kept between calls;
 * {@link FlowTable} keeps flows. Not thread-safe.
 */
public final class NetworkLoadBalancer {

  /** Source ports that one node address has towards one target. */
  public static final int SOURCE_PORTS = 55_000;

  /** The first of them; the range is ours, AWS names only its size. */
  static final int FIRST_SOURCE_PORT = 1024;

  private final ElasticLoadBalancing elb;
  private final long seed;

  /**
   * The data plane of an account.
   *
   * @param elb the account's load balancing
   * @param seed the secret of the flow hash
   */
  public NetworkLoadBalancer(ElasticLoadBalancing elb, long seed) {
    this.elb = elb;
    this.seed = seed;
  }

  long seed() {
    return seed;
  }

  ElasticLoadBalancing elb() {
    return elb;
  }

  /**
   * Takes a connection where its flow hash leads.
   *
   * @param connection the connection
   * @return what becomes of it
   * @throws IllegalArgumentException if the destination is no Network Load Balancer's
   */
  public Arrival connect(NewFlow connection) {
    return connect(connection, null);
  }

  /**
   * Takes a connection where a chooser leads: one pick among the targets takes the place of the
   * flow hash, whose inputs are as good as random. An enumerating chooser so gives exact shares.
   *
   * @param connection the connection
   * @param chooser makes the pick, or null for the hash
   * @return what becomes of it
   * @throws IllegalArgumentException if the destination is no Network Load Balancer's
   */
  public Arrival connect(NewFlow connection, @Nullable Chooser chooser) {
    FiveTuple flow = connection.flow();
    LoadBalancerState lb = elb.loadBalancerAt(flow.destination().address())
        .filter(s -> s.config().type() == LoadBalancerType.NETWORK)
        .orElseThrow(() -> new IllegalArgumentException(
            flow.destination().address() + " belongs to no Network Load Balancer"));
    Node node = lb.node(flow.destination().address()).orElseThrow();
    List<LbStep> steps = new ArrayList<>();
    Arrival stopped = Guard.check(elb.vpc(), lb, node, flow, connection.client(), steps);
    if (stopped != null) {
      return stopped;
    }
    Optional<ListenerState> listener = lb.listener(flow.destination().port())
        .filter(l -> l.config().protocol().carries(flow.protocol()));
    return listener.isEmpty()
        ? noListener(lb, node, flow, steps)
        : new Visit(lb, node, listener.get(), connection, chooser, steps).arrive();
  }

  /** "Unintended traffic" is dropped: user guide, "Listeners for your Network Load Balancers". */
  private static Arrival noListener(
      LoadBalancerState lb, Node node, FiveTuple flow, List<LbStep> steps) {
    String because = "no listener for "
        + flow.protocol().lowerCase()
        + " port "
        + flow.destination().port()
        + " among "
        + lb.listeners().stream().map(l -> l.config().label()).toList();
    steps.add(new LbStep(LbStep.Kind.LISTENER, because));
    return new Arrival.TimedOut(
        Guard.place(lb, node), LbReason.LB_NO_LISTENER, because, null, List.copyOf(steps));
  }

  static TargetGroupState group(ElasticLoadBalancing elb, Listener listener) {
    Action.Forward forward = (Action.Forward) listener.defaultActions().get(0);
    return elb.targetGroup(forward.targetGroups().get(0).targetGroupArn());
  }

  static boolean isSticky(TargetGroupState group) {
    return group.config().attributes().flag("stickiness.enabled", false)
        && group.config().attributes().text("stickiness.type", "source_ip").equals("source_ip");
  }

  /**
   * The exact share of every outcome over clients that are spread evenly over the addresses that
   * DNS gives.
   *
   * @param loadBalancerArn the load balancer
   * @param protocol TCP or UDP
   * @param port the listener's port
   * @param client a client; its address and port do not count
   * @return the share of each target, and that of what reaches none under its reason
   */
  public Map<String, Fraction> shares(
      String loadBalancerArn, Protocol protocol, int port, SocketAddress client) {
    LoadBalancerState lb = elb.loadBalancer(loadBalancerArn);
    List<IpAddress> addresses = new LoadBalancerDns(elb)
        .resolve(lb.dnsName(), IpFamily.IPV4)
        .map(LoadBalancerDns.Answer::addresses)
        .orElse(List.of());
    return addresses.isEmpty() ? Map.of() : shares(addresses, protocol, port, client);
  }

  /**
   * The exact share of every outcome over clients that are spread evenly over these addresses, such
   * as those that they still have in a cache.
   *
   * @param addresses addresses of one load balancer
   * @param protocol TCP or UDP
   * @param port the listener's port
   * @param client a client outside the VPC; its address and port do not count
   * @return the share of each target, and that of what reaches none under its reason
   */
  public Map<String, Fraction> shares(
      List<IpAddress> addresses, Protocol protocol, int port, SocketAddress client) {
    return Outcomes.of(chooser -> {
      IpAddress address = addresses.get(chooser.pick(addresses.size()));
      FiveTuple flow = new FiveTuple(protocol, client, new SocketAddress(address, port));
      Arrival arrival = connect(NewFlow.of(flow, Client.INTERNET), chooser);
      if (arrival instanceof Arrival.Forwarded forwarded) {
        return forwarded.target().toString();
      }
      return arrival instanceof Arrival.TimedOut timedOut
          ? timedOut.reason().name()
          : ((Arrival.Refused) arrival).reason().name();
    });
  }

  /** One connection on its way through one node. */
  private final class Visit {
    private final LoadBalancerState lb;
    private final Node node;
    private final ListenerState listener;
    private final NewFlow connection;
    private final @Nullable Chooser chooser;
    private final List<LbStep> steps;
    private final TargetGroupState group;

    Visit(
        LoadBalancerState lb,
        Node node,
        ListenerState listener,
        NewFlow connection,
        @Nullable Chooser chooser,
        List<LbStep> steps) {
      this.lb = lb;
      this.node = node;
      this.listener = listener;
      this.connection = connection;
      this.chooser = chooser;
      this.steps = steps;
      this.group = group(elb, listener.config());
    }

    Arrival arrive() {
      TargetGroupState.Candidates candidates =
          group.candidates(lb, node.availabilityZone(), elb.clock().now());
      long healthy = group.targets().stream()
          .filter(t -> t.health().state() == TargetHealthState.HEALTHY)
          .count();
      step(
          LbStep.Kind.LISTENER,
          "listener "
              + listener.config().label()
              + " -> target group "
              + group.config().name()
              + ", "
              + group.targets().size()
              + (group.targets().size() == 1 ? " target, " : " targets, ")
              + healthy
              + " healthy, cross-zone "
              + (candidates.crossZone() ? "on" : "off"));
      if (candidates.targets().isEmpty()) {
        return nobody(candidates);
      }
      if (candidates.failOpen()) {
        step(
            LbStep.Kind.TARGET_GROUP,
            "too few targets are healthy: fail open to all "
                + candidates.targets().size()
                + " in reach");
      }
      TlsSession tls = null;
      if (listener.config().protocol() == ListenerProtocol.TLS) {
        tls = TlsSession.agree(listener.config(), elb.vpc(), connection.hello());
        step(LbStep.Kind.TLS, "TLS ends here: " + tls);
      }
      return forward(candidates, tls);
    }

    private void step(LbStep.Kind kind, String text) {
      steps.add(new LbStep(kind, text));
    }

    private Arrival nobody(TargetGroupState.Candidates candidates) {
      String place = Guard.place(lb, node);
      if (candidates.registeredAnywhere() && !candidates.crossZone() && anyUsableElsewhere()) {
        String because = "target group "
            + group.config().name()
            + " has no target in "
            + node.availabilityZone()
            + ", and cross-zone load balancing is off";
        step(LbStep.Kind.TARGET_GROUP, because);
        return new Arrival.TimedOut(
            place, LbReason.LB_NO_TARGETS_IN_ZONE, because, null, List.copyOf(steps));
      }
      String because = candidates.registeredAnywhere()
          ? "target group " + group.config().name() + " has no target yet that nodes know of: "
              + group.targets()
          : "target group " + group.config().name() + " has no registered target";
      step(LbStep.Kind.TARGET_GROUP, because);
      return connection.flow().protocol() == Protocol.TCP
          ? new Arrival.Refused(place, LbReason.LB_NO_TARGETS, because, List.copyOf(steps))
          : new Arrival.TimedOut(place, LbReason.LB_NO_TARGETS, because, null, List.copyOf(steps));
    }

    private boolean anyUsableElsewhere() {
      return lb.nodes().stream()
          .anyMatch(n -> !group
              .candidates(lb, n.availabilityZone(), elb.clock().now())
              .targets()
              .isEmpty());
    }

    private Arrival forward(TargetGroupState.Candidates candidates, @Nullable TlsSession tls) {
      FiveTuple flow = connection.flow();
      boolean sticky = isSticky(group);
      long hash = sticky
          ? FlowHash.ofClient(seed, flow.source().address())
          : FlowHash.of(seed, flow, connection.sequence());
      Chooser pick = chooser == null ? FlowHash.chooser(hash) : chooser;
      TargetState target =
          candidates.targets().get(pick.pick(candidates.targets().size()));
      boolean preserved = preservesClientIp(target);
      String host =
          target.instanceId().map(i -> " in " + target.availabilityZone()).orElse("");
      step(
          LbStep.Kind.TARGET,
          (sticky ? "source IP hash -> " : "flow hash -> ")
              + target.description()
              + host
              + "  client IP "
              + (preserved ? "preserved" : "replaced by the node's"));
      if (preserved && loops(target)) {
        String because = "the client is on the chosen target ("
            + target.instanceId().orElse(target.description().id())
            + ") and its address is preserved: the answer goes straight back, not through the"
            + " load balancer";
        return new Arrival.TimedOut(
            Guard.place(lb, node),
            LbReason.LB_HAIRPIN_LOST,
            because,
            target.description(),
            List.copyOf(steps));
      }
      SocketAddress source = preserved ? flow.source() : nodeSource(target, hash);
      Protocol protocol = tls != null ? Protocol.TCP : flow.protocol();
      FiveTuple packet = new FiveTuple(protocol, source, target.socketAddress());
      String refusal = Guard.refusal(elb.vpc(), lb.config().securityGroups(), packet);
      if (refusal != null) {
        step(LbStep.Kind.SECURITY_GROUP, refusal);
        return new Arrival.TimedOut(
            Guard.place(lb, node),
            LbReason.LB_TARGET_SECURITY_GROUP_DENIED,
            refusal,
            target.description(),
            List.copyOf(steps));
      }
      boolean proxy = group.config().attributes().flag("proxy_protocol_v2.enabled", false);
      step(
          LbStep.Kind.PACKET,
          (preserved ? "" + source : "*" + source + "*")
              + " > *"
              + packet.destination()
              + "*"
              + (proxy ? "  PROXY protocol v2 header first" : ""));
      return new Arrival.Forwarded(
          Guard.place(lb, node),
          group.arn(),
          target.description(),
          target.instanceId().orElse(null),
          packet,
          preserved,
          proxy,
          !target.availabilityZone().equals(node.availabilityZone()),
          candidates.failOpen(),
          tls,
          List.copyOf(steps));
    }

    /** User guide, "Client IP preservation": not for PrivateLink nor from IPv6 to IPv4. */
    private boolean preservesClientIp(TargetState target) {
      return group.config().preservesClientIp()
          && connection.client().vpcEndpointId() == null
          && connection.flow().source().address().isV4()
              == target.socketAddress().address().isV4();
    }

    /**
     * Whether the answer would leave the target's host for the client without passing the network,
     * where it is translated back.
     */
    private boolean loops(TargetState target) {
      boolean sameAddress =
          target.socketAddress().address().equals(connection.flow().source().address());
      String clientHost = connection.client().instanceId();
      return sameAddress
          || (clientHost != null
              && target.instanceId().filter(clientHost::equals).isPresent());
    }

    private SocketAddress nodeSource(TargetState target, long hash) {
      IpAddress ipv6 = node.ipv6Address();
      int port = FIRST_SOURCE_PORT + (int) Long.remainderUnsigned(hash, SOURCE_PORTS);
      if (ipv6 != null && !target.socketAddress().address().isV4()) {
        return new SocketAddress(ipv6, port);
      }
      return new SocketAddress(node.privateAddress(), port);
    }
  }

  /**
   * The targets of a listener that a node may choose from, in the order in which picks count them.
   *
   * @param loadBalancerArn the load balancer
   * @param zone the node's zone
   * @param port the listener's port
   * @return the candidates; empty if there is no such listener
   */
  public List<TargetDescription> candidates(String loadBalancerArn, String zone, int port) {
    LoadBalancerState lb = elb.loadBalancer(loadBalancerArn);
    return lb
        .listener(port)
        .map(l -> group(elb, l.config()).candidates(lb, zone, elb.clock().now()).targets())
        .orElse(List.of())
        .stream()
        .map(TargetState::description)
        .toList();
  }
}
