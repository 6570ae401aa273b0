package dev.hairpin.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever somebody writes into an annotation becomes an error of its object, at worst. */
class HostileAnnotationsTest {
  private static final String SERVICE = "service.beta.kubernetes.io/aws-load-balancer-";
  private static final String INGRESS = "alb.ingress.kubernetes.io/";
  private static final List<String> VALUES = List.of(
      "",
      " ",
      ",",
      "-1",
      "65536",
      "99999999999999999999",
      "true",
      "a=b,c",
      "{",
      "{}",
      "[]",
      "null",
      "[null]",
      "[{}]",
      "[1]",
      "{\"x\":1}",
      "1.2.3.4/32",
      "10.42.96.10,10.42.128.10,10.42.160.10",
      "[{\"HTTP\":80},{\"HTTPS\":443}]",
      "{\"type\":\"redirect\"}",
      "{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[{}]}}",
      "[{\"field\":\"host-header\",\"hostHeaderConfig\":{\"values\":[null]}}]",
      "\u00e9\n",
      "*");

  private static List<String> keys() throws IOException {
    try (InputStream in = HostileAnnotationsTest.class.getResourceAsStream("/annotations.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static ClusterState cluster(String key, String value) {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(new IngressClass(ObjectMeta.of("", "alb"), "ingress.k8s.aws/alb", null));
    boolean ofService = key.startsWith("service.");
    Map<String, String> annotations = new TreeMap<>(
        ofService
            ? Map.of(SERVICE + "type", "external", SERVICE + "nlb-target-type", "ip")
            : Map.of(INGRESS + "target-type", "ip", INGRESS + "group.name", "g"));
    annotations.put(key, value);
    ServiceSpec spec = ServiceSpec.builder()
        .type(ofService ? ServiceType.LOAD_BALANCER : ServiceType.NODE_PORT)
        .ports(List.of(ServicePort.tcp("http", 80, 8080).withNodePort(30_080)))
        .build();
    ObjectMeta svc = ObjectMeta.of("ns", "svc");
    state.store(new Service(
        ofService ? svc.withAnnotations(annotations) : svc, spec, List.of(), List.of()));
    if (!ofService) {
      IngressBackend plain = new IngressBackend("svc", IntOrString.of(80), null);
      IngressBackend action = new IngressBackend("svc", IntOrString.of("use-annotation"), null);
      IngressRule rule = new IngressRule(
          "h.example.com",
          List.of(new IngressPath("/", "Prefix", plain), new IngressPath("/a", "Exact", action)));
      state.store(new Ingress(
          ObjectMeta.of("ns", "ing").withAnnotations(annotations),
          "alb",
          null,
          List.of(rule),
          List.of(),
          List.of()));
    }
    return state;
  }

  @Test
  void noValueOfAnyAnnotationStopsTheController() throws IOException {
    List<String> keys = keys();
    assertThat(keys).hasSizeGreaterThan(80);
    for (String key : keys) {
      for (String value : VALUES) {
        ClusterState state = cluster(key, value);
        assertThatCode(
                () -> ControllerRun.of(state, EksAccount.create("c"), ControllerOptions.of("c"))
                    .reconcileAll())
            .as("%s: %s", key, value)
            .doesNotThrowAnyException();
      }
    }
  }
}
