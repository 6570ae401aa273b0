package dev.hairpin.cluster.manager;

import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.endpoints.EndpointsController;
import dev.hairpin.cluster.endpoints.MirroringController;
import dev.hairpin.cluster.ipam.CidrSet;
import dev.hairpin.cluster.ipam.HostLocal;
import dev.hairpin.cluster.ipam.PodAddresses;
import dev.hairpin.cluster.kubelet.Kubelets;
import dev.hairpin.cluster.nodes.NodeIpam;
import dev.hairpin.cluster.nodes.Nodes;
import dev.hairpin.cluster.nodes.OrphanedPods;
import dev.hairpin.cluster.scheduling.Scheduler;
import dev.hairpin.cluster.workloads.Workloads;
import java.time.Duration;
import java.util.List;

/**
 * The controllers, the scheduler and the kubelets of a cluster.
 *
 * <p>They act when the cluster's clock moves on, even by zero: after a change of the state call
 * {@link #settle}. Single-writer, like the state.
 */
public final class ControllerManager {

  /**
   * What a cluster is set up with.
   *
   * @param timing how long things take
   * @param nodeBlocks the blocks that nodes' pod blocks are cut from; empty if pods get addresses
   *     in another way
   * @param addresses gives pods their addresses
   * @param maxEndpointsPerSlice how many endpoints a slice may hold, 1 to 1000
   */
  public record Setup(
      Timing timing, List<CidrSet> nodeBlocks, PodAddresses addresses, int maxEndpointsPerSlice) {

    /** Copies the list. */
    public Setup {
      nodeBlocks = List.copyOf(nodeBlocks);
    }

    /**
     * A cluster whose nodes have blocks of pod addresses, as kubeadm sets it up.
     *
     * @param timing how long things take
     * @param nodeBlocks the blocks that nodes' pod blocks are cut from, at most one of each family
     * @return the setup
     */
    public static Setup ofBlocks(Timing timing, List<CidrSet> nodeBlocks) {
      return new Setup(
          timing, nodeBlocks, new HostLocal(), EndpointsController.DEFAULT_MAX_PER_SLICE);
    }

    /**
     * A cluster whose pods get addresses of the network that the nodes are in, as on EKS.
     *
     * @param timing how long things take
     * @param addresses gives pods their addresses
     * @return the setup
     */
    public static Setup ofNetwork(Timing timing, PodAddresses addresses) {
      return new Setup(timing, List.of(), addresses, EndpointsController.DEFAULT_MAX_PER_SLICE);
    }
  }

  private final ClusterState state;
  private final Setup setup;
  private final GeneratedNames names;
  private final NodeIpam nodeIpam;
  private final Workloads workloads;
  private final Scheduler scheduler;
  private final Kubelets kubelets;
  private final EndpointsController endpoints;
  private final MirroringController mirroring;
  private final Nodes nodes;
  private final OrphanedPods orphans;
  private final NamespaceController namespaces;

  private ControllerManager(ApiServer server, Setup setup) {
    Timing timing = setup.timing();
    this.state = server.state();
    this.setup = setup;
    this.names = new GeneratedNames(state.seed());
    this.nodeIpam = NodeIpam.start(state, setup.nodeBlocks());
    this.workloads = Workloads.start(server, names, timing.controllers());
    this.scheduler = Scheduler.start(state, timing.scheduling());
    this.kubelets = Kubelets.start(state, timing, setup.addresses());
    this.endpoints =
        EndpointsController.start(state, names, timing.controllers(), setup.maxEndpointsPerSlice());
    this.mirroring = MirroringController.start(state, names, timing.controllers());
    this.nodes = new Nodes(state, timing, kubelets);
    this.orphans = OrphanedPods.start(state, timing);
    this.namespaces = NamespaceController.start(server, timing.controllers());
  }

  private ControllerManager(ApiServer server, ControllerManager original) {
    Timing timing = original.setup.timing();
    this.state = server.state();
    this.setup = original.setup;
    this.names = original.names.fork();
    this.nodeIpam = original.nodeIpam.fork(state);
    this.workloads = original.workloads.fork(server, names, timing.controllers());
    this.scheduler = original.scheduler.fork(state, timing.scheduling());
    this.kubelets = original.kubelets.fork(state);
    this.endpoints = original.endpoints.fork(state, names, timing.controllers());
    this.mirroring = original.mirroring.fork(state, names, timing.controllers());
    this.nodes = original.nodes.fork(state, kubelets);
    this.orphans = original.orphans.fork(state, timing);
    this.namespaces = original.namespaces.fork(server, timing.controllers());
  }

  /**
   * Starts everything in a cluster, whatever it holds.
   *
   * @param server the cluster's API server
   * @param setup what it is set up with; its allocators belong to the cluster from here on
   * @return the running components
   */
  public static ControllerManager start(ApiServer server, Setup setup) {
    return new ControllerManager(server, setup);
  }

  /**
   * Starts everything on a fork of the cluster, to go on as it would here: addresses, names, probes
   * that are off and pods in the midst of starting or stopping are taken over.
   *
   * @param copy the fork's API server, whose clock shows the same time
   * @return the fork's running components
   */
  public ControllerManager fork(ApiServer copy) {
    return new ControllerManager(copy, this);
  }

  /** Lets everything happen that is due now; with {@link Timing#INSTANT} that is everything. */
  public void settle() {
    state.clock().advance(Duration.ZERO);
  }

  /**
   * How long things take in this cluster.
   *
   * @return the times
   */
  public Timing timing() {
    return setup.timing();
  }

  /**
   * The workload controllers.
   *
   * @return what scales and restarts
   */
  public Workloads workloads() {
    return workloads;
  }

  /**
   * The kubelets.
   *
   * @return what makes pods ready or not, and knows their environment
   */
  public Kubelets kubelets() {
    return kubelets;
  }

  /**
   * The nodes.
   *
   * @return what cordons, drains and loses
   */
  public Nodes nodes() {
    return nodes;
  }
}
