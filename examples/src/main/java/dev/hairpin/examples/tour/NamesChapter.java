package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.examples.LookupText;

/** Names are looked up through the search list of the pod that asks. */
final class NamesChapter {
  private final Tour tour;
  private final Cluster cluster;

  NamesChapter(Tour tour, Cluster cluster) {
    this.tour = tour;
    this.cluster = cluster;
  }

  void tell() {
    tour.chapter("Names: what a short name costs");
    tour.say("The ui pod asks for the catalog; it lives in another namespace.");
    lookup("ui/ui", "catalog");
    lookup("ui/ui", "catalog.catalog");
    tour.say("A pod of the catalog's own namespace may use the short name.");
    lookup("catalog/catalog", "catalog");
  }

  private void lookup(String pod, String name) {
    tour.command("nslookup " + name + "      # in pod " + pod)
        .show(LookupText.of(cluster.lookup(pod, name)));
  }
}
