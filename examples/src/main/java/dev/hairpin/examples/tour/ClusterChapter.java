package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.examples.Store;
import java.time.Duration;

/** The cluster and what runs in it, as {@code kubectl get} lists it. */
final class ClusterChapter {
  private final Tour tour;
  private final Cluster cluster;

  ClusterChapter(Tour tour, Cluster cluster) {
    this.tour = tour;
    this.cluster = cluster;
  }

  void tell() {
    tour.chapter("The cluster: three nodes in three zones, and a retail store");
    tour.command("kubectl get nodes -o wide").show(cluster.get("nodes -o wide"));
    cluster.apply(Store.allBut(Store.CATALOG_DATABASE));
    tour.say(
        "The store is six services with their databases. The catalog's database is missing still.");
    tour.command("kubectl get svc -A").show(cluster.get("svc -A"));
    tour.command("kubectl get pods -A -o wide").show(cluster.get("pods -A -o wide"));
    cluster.advance(Duration.ofMinutes(5));
    tour.say("AWS takes its minutes. Five minutes later:");
    tour.command("kubectl get svc -n ui").show(cluster.get("svc -n ui"));
  }
}
