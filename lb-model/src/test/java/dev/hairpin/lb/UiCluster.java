package dev.hairpin.lb;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Three nodes in three zones with one ui pod, and what is put into it. */
final class UiCluster {
  final ClusterState state = new ClusterState(new VirtualClock(), 7);

  UiCluster() {
    try (InputStream in = UiCluster.class.getResourceAsStream("ui.yaml")) {
      apply(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  UiCluster apply(String yaml) {
    for (KubeObject object : Manifests.parse(yaml, "test").objects()) {
      List<String> finalizers =
          state.get(object.key()).map(o -> o.metadata().finalizers()).orElse(List.of());
      state.store(object.withMetadata(object.metadata().withFinalizers(finalizers)));
    }
    return this;
  }

  AwsLoadBalancers install(AwsLoadBalancerController controller) {
    AwsLoadBalancers running = controller.start(state);
    settle();
    return running;
  }

  void settle() {
    state.clock().advance(Duration.ZERO);
  }

  void nlb(String... annotations) {
    apply(service("externalTrafficPolicy: Cluster", annotations));
    settle();
  }

  static String service(String spec, String... annotations) {
    return """
        apiVersion: v1
        kind: Service
        metadata:
          name: ui-nlb
          namespace: ui
          uid: b33b9366-c843-c7bd-a27f-683badf0207f
          annotations:
            service.beta.kubernetes.io/aws-load-balancer-type: external
        %s
        spec:
          type: LoadBalancer
          clusterIP: 172.20.10.56
          selector: {app: ui}
          ports: [{name: http, port: 80, targetPort: 8080, protocol: TCP, nodePort: 30080}]
          %s
        """.formatted(
            List.of(annotations).stream()
                .map(a -> "    service.beta.kubernetes.io/aws-load-balancer-" + a)
                .collect(Collectors.joining("\n")),
            spec);
  }

  static String ingress(String name, String path, Map<String, String> annotations) {
    return """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: %s
          namespace: ui
          annotations:
        %s
        spec:
          ingressClassName: alb
          rules:
          - http:
              paths:
              - {path: %s, pathType: Prefix, backend: {service: {name: ui, port: {number: 80}}}}
        """.formatted(
        name,
        annotations.entrySet().stream()
            .map(e -> "    alb.ingress.kubernetes.io/" + e.getKey() + ": '" + e.getValue() + "'")
            .sorted()
            .collect(Collectors.joining("\n")),
        path);
  }

  List<String> serviceHosts() {
    return state.get(Service.class, "ui", "ui-nlb").orElseThrow().loadBalancer().stream()
        .map(LoadBalancerIngress::hostname)
        .toList();
  }

  List<String> ingressHosts(String name) {
    return state.get(Ingress.class, "ui", name).orElseThrow().loadBalancer().stream()
        .map(LoadBalancerIngress::hostname)
        .toList();
  }

  List<String> events() {
    return state.events().stream()
        .map(e -> e.object() + " " + e.reason() + ": " + e.message())
        .toList();
  }
}
