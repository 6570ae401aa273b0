package dev.hairpin.path.fast;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of many simulated connections, by pod, node, zone and target.
 *
 * @param connections how many there were
 * @param fates how many had which fate; fates that none had are missing
 * @param perStream the same for each stream
 * @param perPod delivered connections by the process that answered
 * @param perNode delivered connections by the node of that process
 * @param perZone delivered connections by the zone of that node
 * @param enteredNode connections by the first node on their way
 * @param perTarget connections by the target that a load balancer chose
 * @param crossZone how often connections went from a place in one zone to one in another
 * @param conntrackPeak the most entries that each node's table held at the end of a batch
 */
public record TrafficCounts(
    long connections,
    Map<Fate, Long> fates,
    Map<String, Map<Fate, Long>> perStream,
    Map<String, Long> perPod,
    Map<String, Long> perNode,
    Map<String, Long> perZone,
    Map<String, Long> enteredNode,
    Map<String, Long> perTarget,
    long crossZone,
    Map<String, Integer> conntrackPeak) {

  static TrafficCounts of(Terrain terrain, List<Lane> lanes, long connections, int[] peaks) {
    long[] fates = new long[Fate.COUNT];
    long[] endpoints = new long[terrain.endpoints.size()];
    long[] entered = new long[terrain.nodes.size()];
    long[] targets = new long[terrain.targets.size()];
    long[][] streams = new long[terrain.streams.size()][fates.length];
    long crossZone = 0;
    for (Lane lane : lanes) {
      add(fates, lane.fates);
      add(endpoints, lane.endpoints);
      add(entered, lane.entering);
      add(targets, lane.targets);
      for (int i = 0; i < streams.length; i++) {
        add(streams[i], lane.streams[i]);
      }
      crossZone += lane.crossZone;
    }
    long[] nodes = new long[terrain.nodes.size()];
    Map<String, Long> zones = new TreeMap<>();
    for (int i = 0; i < endpoints.length; i++) {
      nodes[terrain.endpointNode[i]] += endpoints[i];
    }
    Map<String, Integer> peak = new LinkedHashMap<>();
    for (int i = 0; i < nodes.length; i++) {
      Terrain.NodePlace node = terrain.nodes.get(i);
      peak.put(node.name(), peaks[i]);
      zones.merge(node.zone(), nodes[i], Long::sum);
    }
    Map<String, Map<Fate, Long>> perStream = new LinkedHashMap<>();
    for (int i = 0; i < streams.length; i++) {
      perStream.merge(terrain.streams.get(i).name(), fates(streams[i]), (a, b) -> {
        Map<Fate, Long> both = new EnumMap<>(a);
        b.forEach((fate, n) -> both.merge(fate, n, Long::sum));
        return Collections.unmodifiableMap(both);
      });
    }
    return new TrafficCounts(
        connections,
        fates(fates),
        Collections.unmodifiableMap(perStream),
        new NamedCounts(terrain.endpoints, endpoints),
        new NamedCounts(terrain.nodeNames, nodes),
        Collections.unmodifiableMap(zones),
        new NamedCounts(terrain.nodeNames, entered),
        new NamedCounts(terrain.targets, targets),
        crossZone,
        Collections.unmodifiableMap(peak));
  }

  private static void add(long[] to, long[] what) {
    for (int i = 0; i < to.length; i++) {
      to[i] += what[i];
    }
  }

  private static Map<Fate, Long> fates(long[] counts) {
    Map<Fate, Long> map = new EnumMap<>(Fate.class);
    for (Fate fate : Fate.values()) {
      if (counts[fate.number()] > 0) {
        map.put(fate, counts[fate.number()]);
      }
    }
    return Collections.unmodifiableMap(map);
  }

  /**
   * How many connections arrived and were answered.
   *
   * @return the count of {@link Fate#DELIVERED}
   */
  public long delivered() {
    return fates.getOrDefault(Fate.DELIVERED, 0L);
  }

  /** A few lines: the fates, and the zones. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(String.format(Locale.ROOT, "%,d connections%n", connections));
    fates.forEach((fate, n) -> out.append(
        String.format(Locale.ROOT, "  %-18s %,15d  %7.3f %%%n", fate, n, 100.0 * n / connections)));
    perZone.forEach((zone, n) -> out.append(
        String.format(Locale.ROOT, "  zone %-13s %,15d%n", zone.isEmpty() ? "-" : zone, n)));
    return out.toString().replace(System.lineSeparator(), "\n");
  }
}
