package dev.hairpin.lb.elb.nlb;

import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import java.util.ArrayList;
import java.util.List;

/**
 * The target choice of a Network Load Balancer for IPv4 flows, compiled for the health of one
 * moment. Thread-safe; chooses without allocation.
 *
 * <p>{@link NetworkLoadBalancer} is its specification: for a flow that passes the security groups
 * both choose the same target.
 */
public final class CompiledTargets {

  /*
   * Layout. A slot is a pair of node and listener: slot = node * listeners + listener.
   *
   *   first[slot] .. first[slot + 1]   the slot's candidates in targets[]
   *   targets[]                        indices into the table of targets
   *   ports[listener]                  port in the lower 16 bits, above it TCP (bit 16), UDP (17),
   *                                    sticky (18)
   *
   * There are at most 50 listeners (a quota) and usually one or two: they are searched one by one.
   */
  private static final int TCP = 1 << 16;
  private static final int UDP = 1 << 17;
  private static final int STICKY = 1 << 18;
  private static final int UDP_NUMBER = 17;

  private final long seed;
  private final int[] ports;
  private final int[] first;
  private final int[] targets;
  private final List<TargetDescription> table;
  private final List<String> zones;

  private CompiledTargets(
      long seed,
      int[] ports,
      int[] first,
      int[] targets,
      List<TargetDescription> table,
      List<String> zones) {
    this.seed = seed;
    this.ports = ports;
    this.first = first;
    this.targets = targets;
    this.table = List.copyOf(table);
    this.zones = List.copyOf(zones);
  }

  /**
   * Compiles a load balancer as it is now.
   *
   * @param nlb the data plane, for its hash
   * @param loadBalancerArn the load balancer
   * @return the compiled form
   */
  public static CompiledTargets compile(NetworkLoadBalancer nlb, String loadBalancerArn) {
    LoadBalancerState lb = nlb.elb().loadBalancer(loadBalancerArn);
    List<ListenerState> listeners = List.copyOf(lb.listeners());
    int[] ports = new int[listeners.size()];
    List<TargetDescription> table = new ArrayList<>();
    List<Integer> chosen = new ArrayList<>();
    int[] first = new int[lb.nodes().size() * listeners.size() + 1];
    int slot = 0;
    for (Node node : lb.nodes()) {
      for (int i = 0; i < ports.length; i++) {
        ListenerProtocol protocol = listeners.get(i).config().protocol();
        TargetGroupState group =
            NetworkLoadBalancer.group(nlb.elb(), listeners.get(i).config());
        ports[i] = listeners.get(i).config().port()
            | (protocol == ListenerProtocol.UDP ? 0 : TCP)
            | (protocol.carries(dev.hairpin.net.Protocol.UDP) ? UDP : 0)
            | (NetworkLoadBalancer.isSticky(group) ? STICKY : 0);
        for (TargetState target : group
            .candidates(lb, node.availabilityZone(), nlb.elb().clock().now())
            .targets()) {
          int index = table.indexOf(target.description());
          if (index < 0) {
            index = table.size();
            table.add(target.description());
          }
          chosen.add(index);
        }
        first[++slot] = chosen.size();
      }
    }
    return new CompiledTargets(
        nlb.seed(),
        ports,
        first,
        chosen.stream().mapToInt(Integer::intValue).toArray(),
        table,
        lb.nodes().stream().map(Node::availabilityZone).toList());
  }

  /**
   * The index of a zone's node.
   *
   * @param zone the zone
   * @return its index, or -1 if the zone is not enabled
   */
  public int node(String zone) {
    return zones.indexOf(zone);
  }

  /**
   * Chooses the target of a new flow.
   *
   * @param node the index of the node that it arrives at
   * @param protocol 6 or 17
   * @param source the client address's bits
   * @param sourcePort the client's port
   * @param destination the node address's bits
   * @param destinationPort the listener's port
   * @param sequence the sequence number of the SYN; of no meaning for UDP
   * @return the index of the target, or -1 if no listener has the port or it has no candidate
   */
  public int choose(
      int node,
      int protocol,
      int source,
      int sourcePort,
      int destination,
      int destinationPort,
      int sequence) {
    int bit = protocol == UDP_NUMBER ? UDP : TCP;
    int listener = -1;
    for (int i = 0; i < ports.length; i++) {
      if ((ports[i] & 0xffff) == destinationPort && (ports[i] & bit) != 0) {
        listener = i;
        break;
      }
    }
    if (listener < 0) {
      return -1;
    }
    int slot = node * ports.length + listener;
    int from = first[slot];
    int count = first[slot + 1] - from;
    if (count == 0) {
      return -1;
    }
    long hash = (ports[listener] & STICKY) != 0
        ? FlowHash.ofV4Client(seed, source)
        : FlowHash.ofV4(
            seed,
            protocol,
            source,
            sourcePort,
            destination,
            destinationPort,
            protocol == UDP_NUMBER ? 0 : sequence);
    return targets[from + FlowHash.pick(hash, count)];
  }

  /**
   * A target by its index.
   *
   * @param index what {@link #choose} returned
   * @return the target
   */
  public TargetDescription target(int index) {
    return table.get(index);
  }

  /** {@return the memory of the arrays in octets} */
  public int bytes() {
    return 4 * (ports.length + first.length + targets.length);
  }
}
