package dev.hairpin.whatif.law;

/**
 * What CoreDNS needs and can do.
 *
 * <p>Source: "Scaling CoreDNS in Kubernetes Clusters" of the coredns/deployment repository, CoreDNS
 * 1.2.5 on machines with two virtual CPUs, and the {@code linear} mode of the
 * cluster-proportional-autoscaler. The memory formula is meant to be generous: at 158,200 objects
 * it says 212 MB where 189 were measured.
 */
public final class CoreDnsLaw {

  /** Questions for names of the cluster that one replica with two CPUs answers each second. */
  public static final double INTERNAL_QUERIES_PER_SECOND = 33_669;

  /** Lookups of outside names from pods, each of five questions, that it completes each second. */
  public static final double EXTERNAL_LOOKUPS_PER_SECOND = 6_733;

  /** The same with the plugin {@code autopath}, which answers each with one question. */
  public static final double EXTERNAL_LOOKUPS_WITH_AUTOPATH = 31_428;

  /** Questions for names of the cluster with the plugin {@code autopath}. */
  public static final double INTERNAL_QUERIES_WITH_AUTOPATH = 33_918;

  /** The packets each second that a network interface may send to the VPC's resolver. */
  public static final double ENI_PACKETS_PER_SECOND = 1_024;

  /** Cores for each replica by the autoscaler's default for CoreDNS. */
  public static final int CORES_PER_REPLICA = 256;

  /** Nodes for each replica by the autoscaler's default for CoreDNS. */
  public static final int NODES_PER_REPLICA = 16;

  private CoreDnsLaw() {}

  /**
   * The questions of one record type that a lookup of an outside name sends: each name of the
   * search list is denied before the name itself is asked for.
   *
   * @param searchDomains how many domains the search list has, not negative
   * @param types how many record types are asked for, 2 for A and AAAA
   * @return questions
   * @throws IllegalArgumentException if a number is negative
   */
  public static double questionsOfOutsideName(int searchDomains, int types) {
    return (Check.notNegative("search domains", searchDomains) + 1)
        * Check.notNegative("types", types);
  }

  /**
   * The memory of a replica, with 30 MB of cache and 5 MB of buffers.
   *
   * @param podsAndServices how many pods and Services the cluster has, not negative
   * @param autopath whether the plugin {@code autopath} is on, which needs to know every pod
   * @return megabytes
   * @throws IllegalArgumentException if the number is negative
   */
  public static double megabytes(double podsAndServices, boolean autopath) {
    Check.notNegative("pods and Services", podsAndServices);
    return autopath ? podsAndServices / 250 + 56 : podsAndServices / 1000 + 54;
  }

  /**
   * The replicas that the autoscaler sets.
   *
   * @param nodes schedulable nodes, not negative
   * @param cores their cores, not negative
   * @param preventSinglePointFailure whether there are two at least from two nodes on
   * @return replicas, at least one
   * @throws IllegalArgumentException if a number is negative
   */
  public static int replicas(int nodes, int cores, boolean preventSinglePointFailure) {
    Check.notNegative("nodes", nodes);
    Check.notNegative("cores", cores);
    int byCores = (int) (((long) cores + CORES_PER_REPLICA - 1) / CORES_PER_REPLICA);
    int byNodes = (int) (((long) nodes + NODES_PER_REPLICA - 1) / NODES_PER_REPLICA);
    int least = preventSinglePointFailure && nodes > 1 ? 2 : 1;
    return Math.max(least, Math.max(byCores, byNodes));
  }
}
