package dev.hairpin.path.addon;

import dev.hairpin.cluster.ClusterState;
import java.util.Optional;

/**
 * Offers an add-on to clusters that want all that is on the class path or module path. A service of
 * {@link java.util.ServiceLoader}; what implements it has a public constructor without parameters.
 */
public interface AddOnProvider {

  /**
   * The add-on as a cluster like this one usually has it.
   *
   * @param clusterName the name of the cluster
   * @param state the cluster, with its nodes and nothing else
   * @return the add-on; nothing if it makes no sense there
   */
  Optional<AddOn> forCluster(String clusterName, ClusterState state);
}
