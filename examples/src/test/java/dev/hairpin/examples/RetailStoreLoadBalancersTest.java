package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The load balancers of the retail store, as the workshop's chapters change it. */
class RetailStoreLoadBalancersTest {
  private static final Path MANIFESTS = Path.of("manifests");

  private final Cluster cluster =
      Cluster.eks().install(AwsLoadBalancerController.eks("eks-workshop"));

  private void apply(String path) throws ManifestException {
    cluster.apply(Manifests.load(MANIFESTS.resolve(path)));
  }

  private static List<String> targets(Cluster of, String groupPrefix) {
    Aws aws = of.component(AwsLoadBalancers.class).orElseThrow().aws();
    return aws.targetGroups().stream()
        .filter(g -> g.name().startsWith(groupPrefix))
        .map(TargetGroup::arn)
        .flatMap(arn -> aws.targets(arn).stream())
        .map(Target::toString)
        .toList();
  }

  private static List<String> hosts(Cluster of, String namespace, String ingress) {
    return of.state().get(Ingress.class, namespace, ingress).orElseThrow().loadBalancer().stream()
        .map(LoadBalancerIngress::hostname)
        .toList();
  }

  @Test
  void theNlbOfTheUiReachesEveryNodeAndInIpModeThePod() throws Exception {
    apply("retail-store");
    assertThat(targets(cluster, "k8s-ui-uinlb"))
        .hasSize(3)
        .allMatch(t -> t.matches("i-0+[123]:3\\d{4}"));
    List<LoadBalancerIngress> before =
        cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow().loadBalancer();
    assertThat(before).hasSize(1);

    apply("changes/nlb-ip-mode.yaml");

    assertThat(targets(cluster, "k8s-ui-uinlb"))
        .hasSize(1)
        .allMatch(t -> t.matches("10\\.42\\.[0-9.]+:8080"));
    assertThat(cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow().loadBalancer())
        .isEqualTo(before);
  }

  @Test
  void aGroupBringsUiAndCatalogBehindOneAlbWithAnotherName() throws Exception {
    apply("retail-store");
    List<String> own = hosts(cluster, "ui", "ui");
    assertThat(own).hasSize(1).allMatch(h -> h.startsWith("k8s-ui-ui-"));

    apply("changes/ingress-group.yaml");

    List<String> shared = hosts(cluster, "ui", "ui");
    assertThat(shared).hasSize(1).allMatch(h -> h.startsWith("k8s-retailappgroup-"));
    assertThat(hosts(cluster, "catalog", "catalog")).isEqualTo(shared);
    Cluster fork = cluster.fork();
    assertThat(hosts(fork, "ui", "ui")).isEqualTo(shared);
    assertThat(targets(fork, "k8s-")).isEqualTo(targets(cluster, "k8s-"));
  }
}
