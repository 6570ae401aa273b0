package dev.hairpin.whatif;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Trace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What counts for capacity about the way of a connection. Connections of one way load the same
 * things.
 *
 * @param arrives whether the answer came back to the caller
 * @param reason why not
 * @param server the pod that served it, or the process; empty if none was reached
 * @param node the node of the server; may be empty
 * @param zone the zone of that node; may be empty
 * @param dialled what the caller dialled, or null if no packet was sent
 * @param entries how many connection tracking entries it makes on each node
 * @param masquerades the nodes that gave it a source port of their own, each with the destination
 * @param balancers the load balancers that it passed, as traces name them
 * @param legs the zones that it passes, in order; the answer takes them backwards
 * @param rules how many rules of the nat table its first packet was compared with on each node
 */
public record Way(
    boolean arrives,
    Reason reason,
    String server,
    String node,
    String zone,
    @Nullable SocketAddress dialled,
    Map<String, Integer> entries,
    List<Masquerade> masquerades,
    List<String> balancers,
    List<Leg> legs,
    Map<String, Integer> rules) {

  /**
   * A node that took a port of its own for a connection.
   *
   * @param node the node
   * @param destination where the packet went
   */
  public record Masquerade(String node, SocketAddress destination) {}

  /**
   * A part of a way from one zone to the next; or the whole of it, if it never leaves a zone.
   *
   * @param from the zone that the request leaves
   * @param to the zone that it comes to; the same if it stays there
   * @param billed whether the crossing is paid for: an Application Load Balancer's is not
   */
  public record Leg(String from, String to, boolean billed) {

    /** {@return whether it leads to another zone} */
    public boolean crosses() {
      return !from.equals(to);
    }
  }

  /** Copies the collections. */
  public Way {
    entries = Collections.unmodifiableMap(new TreeMap<>(entries));
    masquerades = List.copyOf(masquerades);
    balancers = List.copyOf(balancers);
    legs = List.copyOf(legs);
    rules = Collections.unmodifiableMap(new TreeMap<>(rules));
  }

  /** {@return how often it crosses from one zone to another, both ways counted once} */
  public int crossings() {
    return (int) legs.stream().filter(Leg::crosses).count();
  }

  /** {@return the crossings that are paid for} */
  public int billedCrossings() {
    return (int) legs.stream().filter(leg -> leg.crosses() && leg.billed()).count();
  }

  /** Whether the way leads over a node, or to a pod on it. */
  boolean touches(String someNode) {
    return node.equals(someNode) || entries.containsKey(someNode);
  }

  /** Reads ways off traces; knows where everybody is. */
  static final class Reader {
    private static final String NODE = HostKind.NODE + " ";
    private final Map<String, String> nodeOfPod = new HashMap<>();
    private final Map<IpAddress, String> nodeOfAddress = new HashMap<>();
    private final Map<String, String> zoneOfNode = new HashMap<>();

    Reader(ClusterState state) {
      for (Node node : state.list(Node.class)) {
        String name = node.metadata().name();
        zoneOfNode.put(name, node.zone());
        node.addresses()
            .forEach(
                a -> IpAddress.tryParse(a.address()).ifPresent(ip -> nodeOfAddress.put(ip, name)));
      }
      for (Pod pod : state.list(Pod.class)) {
        nodeOfPod.put(pod.key().namespacedName(), pod.spec().nodeName());
        if (!pod.spec().hostNetwork()) {
          pod.podIps()
              .forEach(text -> IpAddress.tryParse(text)
                  .ifPresent(ip -> nodeOfAddress.put(ip, pod.spec().nodeName())));
        }
      }
    }

    Way read(Trace trace) {
      Map<String, Integer> entries = new TreeMap<>();
      Map<String, Integer> rules = new TreeMap<>();
      List<Masquerade> masquerades = new ArrayList<>();
      List<String> balancers = new ArrayList<>();
      List<Leg> legs = new ArrayList<>();
      String zone = "";
      boolean fromHttp = false;
      for (Hop hop : trace.hops()) {
        boolean http = hop.what().equals("HTTP");
        String host = hop.host();
        String here = zoneOf(host);
        if (http || (!host.startsWith(NODE) && !here.isEmpty() && !nodeOfPod.containsKey(host))) {
          if (!balancers.contains(host)) {
            balancers.add(host);
          }
        }
        if (!here.isEmpty()) {
          if (!zone.isEmpty() && !zone.equals(here)) {
            legs.add(new Leg(zone, here, !fromHttp && !http));
          }
          zone = here;
          fromHttp = http || (fromHttp && balancers.contains(host));
        }
        if (host.startsWith(NODE)) {
          count(hop, host.substring(NODE.length()), entries, rules, masquerades);
        }
      }
      if (legs.isEmpty() && !zone.isEmpty()) {
        legs.add(new Leg(zone, zone, false));
      }
      var outcome = trace.outcome();
      String server = outcome.server() == null ? "" : outcome.server();
      SocketAddress address = outcome.serverAddress();
      String node = nodeOfPod.getOrDefault(
          server, address == null ? "" : nodeOfAddress.getOrDefault(address.address(), ""));
      return new Way(
          outcome.delivered(),
          outcome.reason(),
          server,
          node,
          zoneOfNode.getOrDefault(node, ""),
          trace.hops().isEmpty() ? null : trace.hops().get(0).before().destination(),
          entries,
          masquerades,
          balancers,
          legs,
          rules);
    }

    private static void count(
        Hop hop,
        String node,
        Map<String, Integer> entries,
        Map<String, Integer> rules,
        List<Masquerade> masquerades) {
      for (Step step : hop.steps()) {
        if (step instanceof Step.Tracked tracked && tracked.state().equals("NEW")) {
          entries.merge(node, 1, Integer::sum);
        } else if (step instanceof Step.RuleMatched rule && rule.table().equals("nat")) {
          rules.merge(node, rule.skipped() + 1, Integer::sum);
        } else if (step instanceof Step.Masqueraded) {
          masquerades.add(new Masquerade(node, hop.after().destination()));
        }
      }
    }

    /** The zone of a host; load balancers have theirs at the end of their label. */
    private String zoneOf(String host) {
      if (host.startsWith(NODE)) {
        return zoneOfNode.getOrDefault(host.substring(NODE.length()), "");
      }
      String node = nodeOfPod.get(host);
      if (node != null) {
        return zoneOfNode.getOrDefault(node, "");
      }
      int open = host.lastIndexOf(" (");
      return open >= 0 && host.endsWith(")") ? host.substring(open + 2, host.length() - 1) : "";
    }
  }
}
