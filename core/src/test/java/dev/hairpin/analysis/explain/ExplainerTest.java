package dev.hairpin.analysis.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import org.junit.jupiter.api.Test;

/** Without kube-proxy: what the objects alone tell. */
class ExplainerTest {
  private final Cluster cluster = Cluster.kubeadm();

  private void shop(String selector, String targetPort) {
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: web}
        spec: {selector: {%s}, ports: [{port: 80, targetPort: %s}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web, tier: front}}
            spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
        """.formatted(selector, targetPort));
  }

  @Test
  void aServiceThatIsWellIsSaidToBe() {
    shop("app: web", "http");

    assertThat(cluster.explain("svc/shop/web").cause()).isEqualTo(Reason.NOTHING_WRONG);
    assertThat(cluster.lint().isEmpty()).isTrue();
  }

  @Test
  void aSelectorThatMatchesNothingIsToldWithTheLabelThatWasMeant() {
    shop("app: wbe, tier: front", "http");

    Explanation explanation = cluster.explain("svc/shop/web");

    assertThat(explanation).hasToString("""
        NO ENDPOINTS   NO_ENDPOINTS, SELECTOR_MATCHES_NOTHING
          about       : service shop/web port 80/TCP
          because     : no pod of namespace shop has the labels app=wbe,tier=front
          fix         : correct the selector or the pods' labels
          did you mean: app=web
          see also    : incident svc-01-selector-typo
        """);
  }

  @Test
  void aPortNameThatNoPodDeclaresIsToldWithTheOnesDeclared() {
    shop("app: web", "htpp");

    Explanation explanation = cluster.explain("svc/shop/web");

    assertThat(explanation.cause()).isEqualTo(Reason.TARGET_PORT_NOT_DECLARED);
    assertThat(explanation.because())
        .isEqualTo("targetPort \"htpp\" (TCP) is the name of no container port of 2 pods, which"
            + " declare [http]");
    assertThat(explanation.didYouMean()).containsExactly("targetPort: http");
  }

  @Test
  void podsThatAreNotReadyAreToldApartFromPodsThatAreNotThere() {
    shop("app: web", "http");
    String first = cluster.pod("shop/web").metadata().name();
    cluster.controllers().kubelets().setReady("shop", first, false);
    cluster.advance(java.time.Duration.ZERO);

    assertThat(cluster.explain("svc/shop/web").cause()).isEqualTo(Reason.NOTHING_WRONG);
    assertThat(cluster.explain("pod/shop/" + first).cause()).isEqualTo(Reason.POD_NOT_READY);

    cluster.controllers().workloads().scale("Deployment", "shop", "web", 1);
    cluster.advance(java.time.Duration.ZERO);
    cluster
        .controllers()
        .kubelets()
        .setReady("shop", cluster.pod("shop/web").metadata().name(), false);
    cluster.advance(java.time.Duration.ZERO);

    assertThat(cluster.explain("svc/shop/web").cause()).isEqualTo(Reason.PODS_NOT_READY);
  }

  @Test
  void aVariableIsMissingBecauseItsServiceCameTooLate() {
    shop("app: web", "http");
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: late}
        spec: {ports: [{port: 80}]}
        """);

    assertThat(cluster.explainVariable("shop/web", "WEB_SERVICE_HOST").cause())
        .isEqualTo(Reason.NOTHING_WRONG);
    Explanation late = cluster.explainVariable("shop/web", "LATE_SERVICE_HOST");
    assertThat(late.cause()).isEqualTo(Reason.ENV_SERVICE_TOO_LATE);
    assertThat(late.fixes().get(0)).isEqualTo("use DNS: late.shop.svc.cluster.local");
    assertThat(cluster.explainVariable("shop/web", "WEB_SERVCE_HOST").didYouMean())
        .containsExactly("WEB_SERVICE_HOST", "WEB_SERVICE_PORT");
  }

  @Test
  void aPendingServiceWithoutControllerIsNobodysBusiness() {
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
        """);

    assertThat(cluster.explain("service/web").cause()).isEqualTo(Reason.LB_NO_CONTROLLER);
  }

  @Test
  void aConnectionToAServiceWithoutKubeProxyIsExplained() {
    shop("app: web", "http");

    Explanation explanation = cluster
        .from("shop/web")
        .to(cluster
                .state()
                .get(dev.hairpin.api.Service.class, "shop", "web")
                .orElseThrow()
                .spec()
                .clusterIp()
            + ":80")
        .explain();

    assertThat(explanation.cause()).isEqualTo(Reason.KUBE_PROXY_MISSING);
  }
}
