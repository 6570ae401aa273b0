package dev.hairpin.path.addon;

import dev.hairpin.cluster.ClusterState;
import java.util.Optional;

/**
 * A component that is installed in a cluster, as in real life: kube-proxy, CoreDNS, the AWS Load
 * Balancer Controller.
 *
 * <p>An add-on is a setting, not a running thing: it is immutable and can be started in any number
 * of clusters. What it starts is a function of the cluster's state. It reads the state, watches it,
 * and writes what the real component writes; what it keeps besides, {@link #fork} hands on.
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
   * Goes on in a fork of a cluster. What a component holds besides the cluster's objects, such as
   * load balancers that live outside of it, has to be there in the fork too, and independent.
   *
   * @param running what this add-on started in the original; it is not changed
   * @param fork the state of the fork
   * @return the component of the fork; by default nothing, which means that it starts anew from the
   *     fork's objects, when the fork is first changed, asked, or its time moves
   */
  default Optional<Component> fork(Component running, ClusterState fork) {
    return Optional.empty();
  }

  /**
   * A running add-on. What it can do for the network it says by the interfaces that it implements:
   * {@link NameService}, and others of this package.
   */
  interface Component {}
}
