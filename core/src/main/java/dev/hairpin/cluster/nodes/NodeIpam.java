package dev.hairpin.cluster.nodes;

import dev.hairpin.api.Node;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.ipam.CidrSet;
import dev.hairpin.cluster.ipam.IpamException;
import dev.hairpin.net.Cidr;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives every new node a block of pod addresses of each of the cluster's blocks.
 *
 * <p>Source: the range allocator of {@code pkg/controller/nodeipam}. If a block is full the node
 * stays without and an event says {@code CIDRNotAvailable}.
 */
public final class NodeIpam {
  private final ClusterState state;
  private final List<CidrSet> sets;

  private NodeIpam(ClusterState state, List<CidrSet> sets) {
    this.state = state;
    this.sets = List.copyOf(sets);
    state.watch(this::changed);
  }

  /**
   * Starts the allocator on a state, whatever it holds.
   *
   * @param state the cluster
   * @param sets the cluster's blocks, at most one of each family; they are used up from here on
   * @return the allocator
   */
  public static NodeIpam start(ClusterState state, List<CidrSet> sets) {
    NodeIpam ipam = new NodeIpam(state, sets);
    List<Node> nodes = List.copyOf(state.list(Node.class));
    nodes.forEach(ipam::occupy);
    nodes.forEach(ipam::allocate);
    return ipam;
  }

  /**
   * Starts an allocator on a fork of the cluster that goes on where this one is.
   *
   * @param copy the fork
   * @return the fork's allocator
   */
  public NodeIpam fork(ClusterState copy) {
    return new NodeIpam(copy, sets.stream().map(CidrSet::copy).toList());
  }

  private void changed(Change change) {
    if (!(change.object() instanceof Node node)) {
      return;
    }
    switch (change.type()) {
      case ADDED -> {
        occupy(node);
        allocate(node);
      }
      case DELETED -> node.podCidrs().stream().map(Cidr::parse).forEach(this::release);
      case MODIFIED -> {} // a node's blocks never change
    }
  }

  private void occupy(Node node) {
    for (String block : node.podCidrs()) {
      Cidr cidr = Cidr.parse(block);
      sets.stream().filter(s -> s.covers(cidr)).forEach(s -> s.occupy(cidr));
    }
  }

  private void release(Cidr block) {
    sets.stream().filter(s -> s.covers(block)).forEach(s -> s.release(block));
  }

  private void allocate(Node node) {
    if (!node.podCidrs().isEmpty()) {
      return;
    }
    List<Cidr> blocks = new ArrayList<>();
    try {
      for (CidrSet set : sets) {
        blocks.add(set.allocateNext());
      }
    } catch (IpamException e) {
      blocks.forEach(this::release);
      state.report(
          node.key(),
          false,
          "CIDRNotAvailable",
          "Node " + node.metadata().name() + " status is now: CIDRNotAvailable",
          "cidrAllocator");
      return;
    }
    if (!blocks.isEmpty()) {
      state.store(node.withPodCidrs(blocks.stream().map(Cidr::toString).toList()));
    }
  }
}
