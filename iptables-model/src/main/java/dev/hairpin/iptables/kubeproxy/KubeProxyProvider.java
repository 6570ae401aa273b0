package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.AddOnProvider;
import java.util.Optional;

/** Offers kube-proxy in its newest version to every cluster. */
public final class KubeProxyProvider implements AddOnProvider {

  /** For {@link java.util.ServiceLoader}. */
  public KubeProxyProvider() {}

  @Override
  public Optional<AddOn> forCluster(String clusterName, ClusterState state) {
    return Optional.of(KubeProxy.newest());
  }
}
