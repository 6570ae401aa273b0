package dev.hairpin.dns;

import dev.hairpin.api.Node;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.AddOnProvider;
import java.util.Optional;

/** Offers CoreDNS as EKS configures it to clusters on AWS machines, else as kubeadm does. */
public final class CoreDnsProvider implements AddOnProvider {

  /** For {@link java.util.ServiceLoader}. */
  public CoreDnsProvider() {}

  @Override
  public Optional<AddOn> forCluster(String clusterName, ClusterState state) {
    boolean aws = state.list(Node.class).stream().anyMatch(n -> n.providerId().startsWith("aws:"));
    return Optional.of(aws ? CoreDns.eks() : CoreDns.kubeadm());
  }
}
