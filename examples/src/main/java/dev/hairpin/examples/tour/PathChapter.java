package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;

/** ClusterIP and NodePort: where a packet goes, rule by rule, and how the answer comes back. */
final class PathChapter {
  private final Tour tour;
  private final Cluster cluster;

  PathChapter(Tour tour, Cluster cluster) {
    this.tour = tour;
    this.cluster = cluster;
  }

  void tell() {
    tour.chapter("ClusterIP: a pod calls http://ui.ui");
    tour.show(cluster.from("catalog/catalog").to("http://ui.ui"));

    tour.chapter("NodePort: from outside, on a node with and on a node without a ui pod");
    Pod ui = cluster.pod("ui/ui");
    Service service = cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    int nodePort = service.spec().ports().get(0).nodePort();
    String with = ui.spec().nodeName();
    String without = cluster.state().list(Node.class).stream()
        .map(n -> n.metadata().name())
        .filter(n -> !n.equals(with))
        .findFirst()
        .orElseThrow();
    tour.say("Service ui/ui-nlb has node port " + nodePort + "; "
        + ui.metadata().name() + " runs on " + with + ".");
    tour.show(cluster.from("internet").to("node/" + with + ":" + nodePort));
    tour.show(cluster.from("internet").to("node/" + without + ":" + nodePort));
  }
}
