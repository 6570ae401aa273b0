package dev.hairpin.path.trace;

import dev.hairpin.net.FiveTuple;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A trace cut into scenes, for pictures: a scene is what happens to a packet on one host, from the
 * moment it comes in until it leaves.
 *
 * @param lanes the hosts, in the order in which the packet first met them
 * @param scenes the scenes, those of the reply last
 */
record TraceScenes(List<String> lanes, List<TraceScenes.Scene> scenes) {

  /**
   * A scene.
   *
   * @param host the host
   * @param reply whether it is on the way of the reply
   * @param hops what happened, stage by stage; never empty
   */
  record Scene(String host, boolean reply, List<Hop> hops) {

    FiveTuple in() {
      return hops.get(0).before();
    }

    FiveTuple out() {
      return hops.get(hops.size() - 1).after();
    }

    String what() {
      return hops.get(0).what();
    }

    /** The steps of all stages. */
    List<Step> steps() {
      return hops.stream().flatMap(h -> h.steps().stream()).toList();
    }
  }

  static TraceScenes of(Trace trace) {
    List<Scene> scenes = new ArrayList<>();
    cut(trace.hops(), false, scenes);
    cut(trace.reply(), true, scenes);
    Set<String> lanes = new LinkedHashSet<>();
    scenes.forEach(s -> lanes.add(s.host()));
    return new TraceScenes(List.copyOf(lanes), List.copyOf(scenes));
  }

  private static void cut(List<Hop> hops, boolean reply, List<Scene> into) {
    List<Hop> here = new ArrayList<>();
    for (Hop hop : hops) {
      if (!here.isEmpty() && !here.get(0).host().equals(hop.host())) {
        into.add(new Scene(here.get(0).host(), reply, List.copyOf(here)));
        here.clear();
      }
      here.add(hop);
    }
    if (!here.isEmpty()) {
      into.add(new Scene(here.get(0).host(), reply, List.copyOf(here)));
    }
  }

  int lane(Scene scene) {
    return lanes.indexOf(scene.host());
  }

  /** A packet's two ends, those that differ from another packet's between asterisks. */
  static String ends(FiveTuple packet, FiveTuple before) {
    String source = TraceText.end(packet, packet.source());
    String destination = TraceText.end(packet, packet.destination());
    return (packet.source().equals(before.source()) ? source : "*" + source + "*")
        + " > "
        + (packet.destination().equals(before.destination())
            ? destination
            : "*" + destination + "*");
  }
}
