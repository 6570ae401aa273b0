package dev.hairpin.lb;

import dev.hairpin.api.Node;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.AddOnProvider;
import java.util.Optional;

/** Offers the AWS Load Balancer Controller to clusters whose nodes are AWS machines. */
public final class AwsLoadBalancerControllerProvider implements AddOnProvider {

  /** For {@link java.util.ServiceLoader}. */
  public AwsLoadBalancerControllerProvider() {}

  @Override
  public Optional<AddOn> forCluster(String clusterName, ClusterState state) {
    boolean aws = state.list(Node.class).stream().anyMatch(n -> n.providerId().startsWith("aws:"));
    return aws ? Optional.of(AwsLoadBalancerController.eks(clusterName)) : Optional.empty();
  }
}
