package dev.hairpin.whatif;

import dev.hairpin.api.Node;
import dev.hairpin.api.Quantity;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.whatif.Figure.How;
import dev.hairpin.whatif.law.ConntrackLaw;
import dev.hairpin.whatif.law.FirstPacketLaw;
import dev.hairpin.whatif.law.SourcePortLaw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What connections take of nodes: entries of connection tracking, source ports, and the time that
 * the first packet's comparison with rules costs.
 *
 * <p>A TCP connection is in the tables while it is open and for TIME_WAIT after it; a datagram and
 * its answer for the UDP timeout. A lookup takes an entry for each name that it asks for, since the
 * A and the AAAA question share a socket.
 */
final class NodeMeasures implements CapacityModel {
  private static final double FITTED_ERROR = 2;

  @Override
  public List<Figure> figures(Load load) {
    Map<String, Double> entries = new TreeMap<>();
    Map<String, Double> micros = new TreeMap<>();
    Map<String, Map<String, Double>> masquerades = new TreeMap<>();
    Map<String, Map<String, Double>> dialled = new TreeMap<>();
    Map<String, Double> examined = new TreeMap<>();
    FirstPacketLaw law = FirstPacketLaw.PUBLISHED;
    for (Flow flow : load.flows()) {
      Way way = flow.way();
      double lifetime = lifetime(flow);
      way.entries()
          .forEach((node, count) -> entries.merge(
              node, count * ConntrackLaw.entries(flow.perSecond(), lifetime), Double::sum));
      way.rules().forEach((node, rules) -> {
        micros.merge(node, law.coresForRules(rules, flow.perSecond()), Double::sum);
        examined.merge(flow.traffic().name(), rules * flow.share(), Double::sum);
      });
      way.masquerades()
          .forEach(m -> masquerades
              .computeIfAbsent(m.node(), node -> new TreeMap<>())
              .merge(m.destination().toString(), flow.perSecond() * lifetime, Double::sum));
      SocketAddress to = way.dialled();
      if (to != null && !flow.sourceNode().isEmpty() && !flow.datagrams()) {
        double taken =
            flow.traffic().secondsPerConnection() + SourcePortLaw.CLIENT_TIME_WAIT_SECONDS;
        dialled
            .computeIfAbsent(flow.source(), source -> new TreeMap<>())
            .merge(to.toString(), flow.perSecond() * taken, Double::sum);
      }
    }
    for (Load.Lookups lookups : load.lookups()) {
      long sockets = lookups.lookup().questions().stream()
          .map(NameService.Asked::name)
          .distinct()
          .count();
      entries.merge(
          lookups.sourceNode(),
          (double) sockets * ConntrackLaw.entries(lookups.perSecond(), ConntrackLaw.UDP_SECONDS),
          Double::sum);
    }
    List<Figure> figures = new ArrayList<>();
    for (Node node : load.cluster().state().list(Node.class)) {
      String name = node.metadata().name();
      int cores = cores(node);
      figures.add(Figure.of(
          Metric.CONNTRACK,
          name,
          entries.getOrDefault(name, 0.0),
          load.limits().conntrackOf(cores),
          How.LAW));
      double busy = micros.getOrDefault(name, 0.0);
      if (busy > 0) {
        figures.add(new Figure(
            Metric.RULE_CORES,
            name,
            "",
            busy,
            busy / FITTED_ERROR,
            busy * FITTED_ERROR,
            Math.max(1, cores),
            How.FITTED,
            "10 ns for each rule, fitted to a published benchmark"));
      }
    }
    examined.forEach((traffic, rules) -> figures.add(
        Figure.of(Metric.RULES_EXAMINED, traffic, rules, Double.POSITIVE_INFINITY, How.EXACT)
            .in(traffic)));
    busiest(masquerades, Metric.SNAT_PORTS, SourcePortLaw.MASQUERADE_PORTS).forEach(figures::add);
    busiest(dialled, Metric.CLIENT_PORTS, SourcePortLaw.CLIENT_PORTS)
        .forEach(f -> figures.add(f.in(load.workloadOf(f.subject()).orElse(""))));
    return figures;
  }

  private static double lifetime(Flow flow) {
    return flow.traffic().secondsPerConnection()
        + (flow.datagrams() ? ConntrackLaw.UDP_SECONDS : ConntrackLaw.TIME_WAIT_SECONDS);
  }

  /** For each place the destination that takes the most ports: the others have their own. */
  private static List<Figure> busiest(
      Map<String, Map<String, Double>> byPlace, Metric metric, double limit) {
    List<Figure> figures = new ArrayList<>();
    byPlace.forEach((place, byDestination) -> {
      Map.Entry<String, Double> most = null;
      for (Map.Entry<String, Double> entry : byDestination.entrySet()) {
        if (most == null || entry.getValue() > most.getValue()) {
          most = entry;
        }
      }
      if (most != null) {
        figures.add(Figure.of(metric, place, most.getValue(), limit, How.LAW)
            .because("to " + most.getKey()));
      }
    });
    return figures;
  }

  static int cores(Node node) {
    return (int) (Quantity.milli(node.allocatable().getOrDefault("cpu", "")).orElse(1000) / 1000);
  }
}
