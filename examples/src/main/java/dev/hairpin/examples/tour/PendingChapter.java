package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.examples.Clusters;
import dev.hairpin.examples.Store;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.options.ControllerOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A Service that waits for its load balancer, and the event that says why. */
final class PendingChapter {
  private final Tour tour;

  PendingChapter(Tour tour) {
    this.tour = tour;
  }

  void tell() {
    tour.chapter("Pending: subnets without the role tag");
    tour.say("The same store in an account whose public subnets lack kubernetes.io/role/elb.");
    Cluster cluster = Cluster.eks()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.of(
            withoutRoleTags(EksAccount.create(Clusters.NAME)),
            ControllerOptions.of(Clusters.NAME)));
    cluster.apply(Store.all());
    tour.command("kubectl get svc -n ui ui-nlb").show(cluster.get("svc -n ui ui-nlb"));
    tour.command("kubectl get events -n ui");
    for (ObjectEvent event : cluster.state().events()) {
      if (event.object().namespacedName().equals("ui/ui-nlb")) {
        tour.show((event.warning() ? "Warning  " : "Normal   ")
            + event.reason()
            + "  "
            + event.object().kind().toLowerCase(java.util.Locale.ROOT)
            + "/"
            + event.object().name()
            + "  "
            + event.message());
      }
    }
  }

  /** The account with every subnet's tags but those for load balancers. */
  private static Aws withoutRoleTags(Aws aws) {
    for (Subnet subnet : List.copyOf(aws.ec2().subnets())) {
      Map<String, String> tags = new TreeMap<>(subnet.tags());
      tags.keySet().removeIf(k -> k.startsWith("kubernetes.io/role/"));
      aws.ec2()
          .add(new Subnet(
              subnet.id(),
              subnet.vpcId(),
              subnet.zone(),
              subnet.cidr(),
              subnet.ipv6Cidr(),
              subnet.freeAddresses(),
              subnet.isPublic(),
              subnet.outpostArn(),
              tags));
    }
    return aws;
  }
}
