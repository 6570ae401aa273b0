package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.api.Service;
import dev.hairpin.examples.LoadBalancersText;
import dev.hairpin.examples.Store;
import dev.hairpin.lb.elb.LoadBalancerType;
import java.time.Duration;

/** The Network Load Balancer in instance mode, in ip mode, and with a Local traffic policy. */
final class NlbChapter {
  private final Tour tour;
  private final Cluster cluster;

  NlbChapter(Tour tour, Cluster cluster) {
    this.tour = tour;
    this.cluster = cluster;
  }

  void tell() {
    tour.chapter("NLB in instance mode: three targets, one pod");
    targets();
    tour.show(cluster.from("internet").to(url()));
    tour.show(cluster.from("internet").sharesTo(url()));

    tour.chapter("externalTrafficPolicy: Local beside Cluster");
    cluster.apply(Store.change("nlb-local-policy.yaml"));
    tour.say(
        "The policy changes at once; the load balancer still believes what its last checks saw.");
    tour.show(cluster.from("internet").sharesTo(url()));
    cluster.advance(Duration.ofMinutes(2));
    tour.say("Two minutes later its checks have found the nodes without a ui pod.");
    targets();
    tour.show(cluster.from("internet").sharesTo(url()));

    tour.chapter("NLB in ip mode: one target, no kube-proxy");
    cluster.apply(Store.change("nlb-ip-mode.yaml"));
    cluster.advance(Duration.ofMinutes(5));
    targets();
    tour.show(cluster.from("internet").to(url()));
  }

  private String url() {
    Service service = cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    return "http://" + service.loadBalancer().get(0).hostname();
  }

  private void targets() {
    tour.command("aws elbv2 describe-target-health")
        .show(LoadBalancersText.targets(cluster, LoadBalancerType.NETWORK));
  }
}
