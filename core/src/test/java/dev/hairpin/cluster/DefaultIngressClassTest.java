package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Ingress;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which class a new Ingress gets that names none. */
class DefaultIngressClassTest {
  private final VirtualClock clock = new VirtualClock();
  private final ApiServer server =
      new ApiServer(new ClusterState(clock, 1), ApiServerConfig.of(Cidr.parse("10.96.0.0/24")));

  private static Map<String, Object> object(String kind, String metadata, String spec) {
    return Manifests.parse(
            "{apiVersion: networking.k8s.io/v1, kind: " + kind + ", metadata: " + metadata
                + ", spec: " + spec + "}",
            "test")
        .manifests()
        .get(0)
        .tree();
  }

  private void ingressClass(String name, boolean isDefault) {
    server.create(object(
        "IngressClass",
        "{name: " + name + ", annotations: {ingressclass.kubernetes.io/is-default-class: \""
            + isDefault + "\"}}",
        "{controller: x.example/c}"));
  }

  private Ingress ingress(String metadata, String more) {
    return (Ingress) server
        .create(object(
            "Ingress",
            metadata,
            "{" + more + " defaultBackend: {service: {name: a, port: {number: 80}}}}"))
        .object();
  }

  @Test
  void itIsTheNewestDefaultAndOfTwoAtOnceTheFirstByName() {
    assertThat(ingress("{name: before}", "").ingressClassName()).isNull();
    ingressClass("other", false);
    assertThat(ingress("{name: none}", "").ingressClassName()).isNull();
    ingressClass("b", true);
    ingressClass("a", true);
    assertThat(ingress("{name: two}", "").ingressClassName()).isEqualTo("a");
    clock.advance(Duration.ofSeconds(1));
    ingressClass("newer", true);
    assertThat(ingress("{name: three}", "").ingressClassName()).isEqualTo("newer");
  }

  @Test
  void oneThatNamesAClassInEitherWayKeepsIt() {
    ingressClass("a", true);

    assertThat(ingress("{name: named}", "ingressClassName: mine,").ingressClassName())
        .isEqualTo("mine");
    assertThat(ingress("{name: annotated, annotations: {kubernetes.io/ingress.class: mine}}", "")
            .ingressClassName())
        .isNull();
  }
}
