package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.elb.TargetHealth;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Load balancers live outside the cluster's objects, and yet a fork has them. */
class ForkedLoadBalancersTest {
  private static String url(Cluster cluster) {
    Service nlb = cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    return "http://" + nlb.loadBalancer().get(0).hostname();
  }

  private static List<TargetHealth> health(Cluster cluster) {
    return cluster.component(AwsLoadBalancers.class).orElseThrow().elb().targetGroups().stream()
        .flatMap(g -> g.targets().stream())
        .map(t -> t.health())
        .toList();
  }

  @Test
  void aForkReachesTheSameTargetsByTheSameLoadBalancer() {
    Cluster store = Clusters.store();

    Cluster fork = store.fork();

    assertThat(health(fork)).isNotEmpty().isEqualTo(health(store));
    assertThat(fork.from("internet").sharesTo(url(store)))
        .isEqualTo(store.from("internet").sharesTo(url(store)));
  }

  @Test
  void aLoadBalancerThatIsBeingProvisionedBecomesActiveInTheForkAlone() {
    Cluster store = Clusters.eks();
    store.apply(Clusters.manifests("retail-store"));
    store.advance(Duration.ofMinutes(1));

    Cluster fork = store.fork().advance(Clusters.AWS_TAKES);

    assertThat(fork.from("internet").to(url(store)).outcome().delivered()).isTrue();
    assertThat(store.from("internet").to(url(store)).outcome().reason())
        .isEqualTo(Reason.NAME_HAS_NO_ADDRESS);
    assertThat(health(store.advance(Clusters.AWS_TAKES))).isEqualTo(health(fork));
  }

  @Test
  void aTargetThatIsDeregisteredInTheForkStaysInTheOriginal() {
    Cluster store = Clusters.store();
    List<TargetHealth> before = health(store);
    Cluster fork = store.fork();

    fork.delete("Service", "ui/ui-nlb");
    fork.advance(Duration.ofMinutes(10));

    assertThat(health(fork)).hasSizeLessThan(before.size());
    assertThat(health(store.advance(Duration.ofMinutes(10)))).isEqualTo(before);
    assertThat(store.from("internet").to(url(store)).outcome().delivered()).isTrue();
  }

  @Test
  void aDrainingTargetGoesOnDrainingInTheForkAndIsGoneThereAtItsTime() {
    Cluster store = Clusters.store();
    Pod ui = store.pod("ui/ui");
    store.delete("Pod", "ui/" + ui.metadata().name());
    store.advance(Duration.ofSeconds(60));
    Cluster fork = store.fork();
    assertThat(health(fork)).isEqualTo(health(store));

    fork.advance(Duration.ofMinutes(10));
    store.advance(Duration.ofMinutes(10));

    assertThat(health(fork)).isEqualTo(health(store)).doesNotContain(TargetHealth.DEREGISTERING);
  }
}
