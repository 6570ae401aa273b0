package dev.hairpin.whatif;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.whatif.Figure.How;
import dev.hairpin.whatif.law.CoreDnsLaw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What lookups cost CoreDNS: the questions are those that the pod's resolver really sends, search
 * list and all.
 *
 * <p>kube-proxy spreads the questions evenly over the replicas. Names outside the cluster's domain
 * are asked for upstream if the cache does not have them: with questions at random times, a replica
 * that is asked for a name {@code r} times a second and keeps answers for {@code t} seconds passes
 * on {@code r / (1 + r t)} of them.
 */
final class DnsMeasures implements CapacityModel {
  private static final String CLUSTER_DOMAIN = ".cluster.local.";
  private static final double CACHE_SECONDS = 30;

  @Override
  public List<Figure> figures(Load load) {
    if (load.cluster().component(NameService.class).isEmpty()) {
      return List.of();
    }
    var state = load.cluster().state();
    int replicas = replicas(load);
    Map<String, Double> outside = new TreeMap<>();
    double questions = 0;
    for (Load.Lookups lookups : load.lookups()) {
      questions += lookups.perSecond() * lookups.lookup().questions().size();
      for (NameService.Asked asked : lookups.lookup().questions()) {
        String name = asked.name().endsWith(".") ? asked.name() : asked.name() + ".";
        if (!name.endsWith(CLUSTER_DOMAIN)) {
          outside.merge(name + " " + asked.type(), lookups.perSecond(), Double::sum);
        }
      }
    }
    double upstream = 0;
    for (double rate : outside.values()) {
      double atOne = rate / replicas;
      upstream += atOne / (1 + atOne * CACHE_SECONDS);
    }
    int pods = state.list(Pod.class).size();
    int services = state.list(Service.class).size();
    int nodes = state.list(Node.class).size();
    int cores = state.list(Node.class).stream().mapToInt(NodeMeasures::cores).sum();
    List<Figure> figures = new ArrayList<>();
    String each = "each of " + replicas;
    figures.add(Figure.of(
        Metric.DNS_QUERIES,
        each,
        questions / replicas,
        load.limits().coreDnsQueriesPerSecond(),
        How.EXACT));
    figures.add(
        Figure.of(Metric.DNS_UPSTREAM, each, upstream, CoreDnsLaw.ENI_PACKETS_PER_SECOND, How.LAW));
    double megabytes = CoreDnsLaw.megabytes((double) pods + services, false);
    figures.add(new Figure(
        Metric.DNS_MEMORY,
        "each",
        "",
        megabytes,
        0.85 * megabytes,
        megabytes,
        Double.POSITIVE_INFINITY,
        How.FITTED,
        "the formula is above what was measured"));
    figures.add(Figure.of(
            Metric.DNS_REPLICAS,
            "kube-dns",
            CoreDnsLaw.replicas(nodes, cores, true),
            replicas,
            How.LAW)
        .because("the limit is what there are"));
    return figures;
  }

  private static int replicas(Load load) {
    long ready = load.cluster().state().list(Pod.class).stream()
        .filter(pod -> "kube-dns".equals(pod.metadata().labels().get("k8s-app")) && pod.isReady())
        .count();
    return ready > 0 ? (int) ready : load.limits().coreDnsReplicas();
  }
}
