package dev.hairpin.examples.junit;

import static dev.hairpin.iptables.junit.RuleSetAssert.assertThat;
import static dev.hairpin.junit.HairpinAssertions.assertThat;
import static dev.hairpin.junit.HairpinAssertions.assertTrace;
import static dev.hairpin.lb.junit.PlanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.manager.ControllerManager;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.junit.HairpinTest;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.Plan;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.TableName;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a test of one's own manifests looks like with the extension; copy it. */
@HairpinTest(manifests = "/manifests/retail-store")
class StoreExampleTest {

  @Test
  void theCatalogReachesTheUiAndKeepsItsAddress(Cluster store) {
    assertThat(store.from("catalog/catalog").to("http://ui.ui"))
        .arrivesAt("ui/ui")
        .arrivesAtPort(8080)
        .keepsSource()
        .matchesRule("ui/ui:http");
  }

  @Test
  void theInternetReachesTheUiByItsLoadBalancerAndTwoThirdsTakeAnExtraHop(Cluster store) {
    Service nlb = store.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    String url = "http://" + nlb.loadBalancer().get(0).hostname();

    assertThat(store.from("internet").sharesTo(url))
        .allArrive()
        .arriveAt("ui/ui", 1, 1)
        .takeAnExtraHop(2, 3);
    assertTrace(store.from("internet").to(url), "ui-nlb.trace.txt");
  }

  @Test
  void withoutAnyPodTheUiRefusesAtOnce(Cluster store, ControllerManager controllers) {
    controllers.workloads().scale("Deployment", "ui", "ui", 0);
    store.advance(Duration.ZERO);

    assertThat(store.from("catalog/catalog").to("http://ui.ui"))
        .doesNotArrive()
        .isRefused()
        .endsWith(Reason.NO_ENDPOINTS)
        .matchesRule("ui/ui:http has no endpoints");
  }

  @Test
  void aShortNameOfAnotherNamespaceIsNotFound(NameService names, Cluster store) {
    assertThat(store.lookup("ui/ui", "carts-dynamodb")).failsWith(Reason.NO_SUCH_NAME);
    assertThat(store.lookup("ui/ui", "catalog.catalog")).resolves().costsQuestions(4);
    assertThat(names).isSameAs(store.component(NameService.class).orElseThrow());
  }

  @Test
  void aContainerKnowsTheServicesOfItsNamespaceOnly(Cluster store) {
    assertThat(store.env("ui/ui")).has("UI_SERVICE_PORT", "80").hasNo("CATALOG_SERVICE_HOST");
  }

  @Test
  void everyNodeHasTheRulesOfTheUi(KubeProxies proxies, ClusterState state) {
    String node = state.list(Node.class).iterator().next().metadata().name();

    assertThat(proxies.rulesOf(node, IpFamily.IPV4).orElseThrow())
        .hasChain(TableName.NAT, "KUBE-SERVICES")
        .hasRuleWith("ui/ui:http cluster IP")
        .hasNoRuleWith("ui/ui:http has no endpoints");
  }

  @Test
  void whatAnotherGroupNameWouldReplaceIsKnownBefore(AwsLoadBalancers controller, ApiServer api) {
    Plan plan = controller.plan(state -> {
      Ingress ui = state.get(Ingress.class, "ui", "ui").orElseThrow();
      Map<String, String> annotations = new TreeMap<>(ui.metadata().annotations());
      annotations.put("alb.ingress.kubernetes.io/group.name", "retail-app-group");
      state.store(ui.withMetadata(ui.metadata().withAnnotations(annotations)));
    });

    assertThat(plan).has(Plan.Action.REPLACE, "ALB", "k8s-ui-ui");
    assertThat(controller.plan(state -> {})).changesNothing().takesNothingAway();
    assertThat(
            api.state().get(Ingress.class, "ui", "ui").orElseThrow().metadata().annotations())
        .doesNotContainKey("alb.ingress.kubernetes.io/group.name");
  }

  @Nested
  @HairpinTest(manifests = "/manifests/retail-store", without = "kube-proxy")
  class WithoutKubeProxy {
    @Test
    void aClusterIpLeadsNowhere(Cluster store) {
      Service ui = store.state().get(Service.class, "ui", "ui").orElseThrow();

      assertThat(store
              .from("catalog/catalog")
              .to("http://" + ui.spec().clusterIps().get(0)))
          .doesNotArrive()
          .timesOut();
    }
  }

  @Test
  @HairpinTest(shape = HairpinTest.Shape.KUBEADM, nodes = 2, without = "coredns")
  void aMethodMayWantAnotherCluster(Cluster cluster) {
    assertThat(cluster.state().list(Node.class)).hasSize(2);
    assertThat(cluster.component(NameService.class)).isEmpty();
    assertThat(cluster.component(AwsLoadBalancers.class)).isEmpty();
  }
}
