package dev.hairpin.whatif.law;

/**
 * The sizes up to which Kubernetes is tested. Beyond them a cluster may work, but nobody promises
 * it.
 *
 * <p>Source: Kubernetes SIG Scalability, "Kubernetes Scalability thresholds", and the guide
 * "Considerations for large clusters".
 */
public final class ScaleLimits {

  /** Nodes of a cluster. */
  public static final int NODES = 5_000;

  /** Pods of a cluster. */
  public static final int PODS = 150_000;

  /** Pods of a node. */
  public static final int PODS_PER_NODE = 110;

  /** Services of a cluster. */
  public static final int SERVICES = 10_000;

  /** Services of a namespace. */
  public static final int SERVICES_PER_NAMESPACE = 5_000;

  private ScaleLimits() {}
}
