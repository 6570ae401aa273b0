package dev.hairpin.path.fast;

import static java.util.Objects.requireNonNull;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place with what is its own: the connection tracking table of a node or of a zonal node of a
 * load balancer, and a node's rules. Belongs to one {@link Lane}; not thread-safe.
 */
final class Station {
  private static final int FIRST_ENTRIES = 64;
  private static final int UDP_LINKS = 2;
  private static final int[] NONE = {};

  final int place;
  final Conntrack table;

  /** Null for load balancers, and for nodes without rules. */
  final @Nullable Decider decider;

  private final int[] links;
  private final @Nullable NatRange[] masquerade = new @Nullable NatRange[4];
  private final int[] masqueradeTo = new int[2];
  private long time;
  private int peak;

  Station(Terrain terrain, int place, int conntrackMax) {
    this.place = place;
    if (place >= terrain.nodes.size()) {
      table = new Conntrack(conntrackMax, FIRST_ENTRIES);
      decider = null;
      links = NONE;
      return;
    }
    Terrain.NodePlace node = terrain.nodes.get(place);
    IpAddress outside = requireNonNull(node.masquerade().first());
    IpAddress toPods = requireNonNull(node.masqueradeToPods().first());
    table = new Conntrack(conntrackMax, FIRST_ENTRIES, List.of(outside, toPods));
    masqueradeTo[0] = outside.v4Bits();
    masqueradeTo[1] = toPods.v4Bits();
    for (int kind = 0; kind < masquerade.length; kind++) {
      NatRange range = (kind & 1) == 0 ? node.masquerade() : node.masqueradeToPods();
      masquerade[kind] =
          (kind & 2) == 0 ? range : NatRange.to(requireNonNull(range.first()), false);
    }
    DecisionProgram program = node.program();
    if (program == null) {
      decider = null;
      links = NONE;
      return;
    }
    decider = new Decider(program, new AffinityTable());
    links = new int[] {
      program.link(Protocol.TCP, node.uplink()),
      program.link(Protocol.TCP, node.podDevice()),
      program.link(Protocol.UDP, node.uplink()),
      program.link(Protocol.UDP, node.podDevice())
    };
  }

  /** The link of a {@link #decider} by which a connection comes in. */
  int link(int protocol, boolean fromPod) {
    int row = protocol == Protocol.TCP.number() ? 0 : UDP_LINKS;
    return links[row + (fromPod ? 1 : 0)];
  }

  NatRange masquerade(boolean toOwnPod, boolean randomFully) {
    return requireNonNull(masquerade[(toOwnPod ? 1 : 0) + (randomFully ? 0 : 2)]);
  }

  /** The address of {@link #masquerade}. */
  int masqueradeTo(boolean toOwnPod) {
    return masqueradeTo[toOwnPod ? 1 : 0];
  }

  /** The time for session affinity, in milliseconds; never less than before. */
  long notBefore(long millis) {
    time = Math.max(time, millis);
    return time;
  }

  /** Notes how many entries the table holds. */
  void count(long now) {
    peak = Math.max(peak, table.size(now));
  }

  /** The most entries that were noted. */
  int peak() {
    return peak;
  }
}
