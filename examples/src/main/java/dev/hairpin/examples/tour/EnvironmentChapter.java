package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.environment.EnvironmentAdvice;
import dev.hairpin.examples.Store;
import java.time.Duration;
import java.util.stream.Collectors;

/** What a pod sees of Services in its environment depends on which came first. */
final class EnvironmentChapter {
  private final Tour tour;
  private final Cluster cluster;

  EnvironmentChapter(Tour tour, Cluster cluster) {
    this.tour = tour;
    this.cluster = cluster;
  }

  void tell() {
    tour.chapter("Environment: a Service that comes after the pod is not in it");
    Pod before = cluster.pod("catalog/catalog");
    cluster.advance(Duration.ofSeconds(7));
    tour.command("kubectl apply -f " + Store.CATALOG_DATABASE)
        .show(cluster.apply(Store.only(Store.CATALOG_DATABASE)));
    printenv(before);
    advice(before);
    cluster.controllers().workloads().restart("Deployment", "catalog", "catalog");
    cluster.advance(Duration.ZERO);
    tour.command("kubectl rollout restart -n catalog deployment/catalog");
    tour.show("deployment.apps/catalog restarted");
    printenv(cluster.pod("catalog/catalog"));
  }

  private void printenv(Pod pod) {
    String name = pod.metadata().name();
    tour.command("kubectl exec -n catalog " + name + " -- printenv | grep SERVICE | sort");
    tour.show(cluster.env("catalog/" + name).variables().stream()
        .map(Object::toString)
        .filter(v -> v.contains("SERVICE"))
        .sorted()
        .collect(Collectors.joining("\n")));
  }

  private void advice(Pod pod) {
    for (EnvironmentAdvice advice :
        cluster.controllers().kubelets().advice("catalog", pod.metadata().name(), "")) {
      tour.show(advice);
    }
  }
}
