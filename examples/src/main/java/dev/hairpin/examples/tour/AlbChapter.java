package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.api.Ingress;
import dev.hairpin.examples.LoadBalancersText;
import dev.hairpin.examples.Store;
import java.time.Duration;

/** The Application Load Balancer: its rules, its default, and a group change that replaces it. */
final class AlbChapter {
  private final Tour tour;
  private final Cluster cluster;

  AlbChapter(Tour tour, Cluster cluster) {
    this.tour = tour;
    this.cluster = cluster;
  }

  void tell() {
    tour.chapter("ALB: an Ingress becomes listener rules");
    tour.command("kubectl get ingress -A").show(cluster.get("ingress -A"));
    tour.show(LoadBalancersText.rules(cluster));
    tour.show(cluster.from("internet").to("http://" + hostname("ui") + "/home"));

    tour.chapter("IngressGroup: one load balancer for two Ingresses, and the old one goes");
    tour.command("hairpin lb plan ingress-group.yaml")
        .show(LoadBalancersText.plan(cluster, Store.change("ingress-group.yaml")));
    String old = hostname("ui");
    cluster.apply(Store.change("ingress-group.yaml"));
    cluster.advance(Duration.ofMinutes(5));
    tour.command("kubectl get ingress -A").show(cluster.get("ingress -A"));
    tour.show(LoadBalancersText.rules(cluster));
    tour.show(cluster.from("internet").to("http://" + hostname("ui") + "/catalog/products"));
    tour.say("Clients that kept the old name:");
    tour.show(cluster.from("internet").to("http://" + old + "/"));
  }

  private String hostname(String namespace) {
    Ingress ingress = cluster.state().get(Ingress.class, namespace, namespace).orElseThrow();
    return ingress.loadBalancer().get(0).hostname();
  }
}
