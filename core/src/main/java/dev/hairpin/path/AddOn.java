package dev.hairpin.path;

import dev.hairpin.cluster.ClusterState;

/**
 * A component that is installed in a cluster, as in real life: kube-proxy, CoreDNS, the AWS Load
 * Balancer Controller.
 *
 * <p>An add-on is a setting, not a running thing: it is immutable and can be started in any number
 * of clusters. What it starts is a function of the cluster's state. It reads the state, watches it,
 * and writes what the real component writes; it keeps nothing that it could not work out again, so
 * that a fork of a cluster starts it anew and goes on.
 */
public interface AddOn {

  /**
   * The name under which people know it.
   *
   * @return the name, such as {@code kube-proxy}
   */
  String name();

  /**
   * Starts it in a cluster.
   *
   * @param state the cluster's state
   * @return the running component
   */
  Component start(ClusterState state);

  /**
   * A running add-on. What it can do for the network it says by the interfaces that it implements:
   * {@link NameService}, and others of this package.
   */
  interface Component {}
}
