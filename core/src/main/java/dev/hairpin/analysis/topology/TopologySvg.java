package dev.hairpin.analysis.topology;

import dev.hairpin.render.Svg;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Draws a map in three columns, with lines from left to right. */
final class TopologySvg {
  private static final double COLUMN = 300;
  private static final double GAP = 90;
  private static final double MARGIN = 16;
  private static final double BOX = 38;
  private static final double ROW = 46;
  private static final int LETTERS = 39;

  private TopologySvg() {}

  static String print(Topology map) {
    List<List<String>> pods = podColumn(map);
    int rows = Math.max(Math.max(map.entries().size(), map.services().size()), pods.size());
    Svg svg = new Svg(
        2 * MARGIN + 3 * COLUMN + 2 * GAP,
        2 * MARGIN + Math.max(1, rows) * ROW,
        "entries, Services and pods of a cluster");
    Map<String, Double> services = new HashMap<>();
    Map<String, Double> places = new HashMap<>();
    for (int i = 0; i < map.services().size(); i++) {
      services.put(map.services().get(i).name(), middle(i));
    }
    for (int i = 0; i < pods.size(); i++) {
      if (pods.get(i).size() == 1) {
        places.put(pods.get(i).get(0), middle(i));
      }
    }
    lines(svg, map, services, places);
    for (int i = 0; i < map.entries().size(); i++) {
      Topology.Entry entry = map.entries().get(i);
      String address = entry.address().isEmpty() ? "<pending>" : entry.address();
      box(svg, 0, i, Svg.Colour.ORANGE, entry.object(), address);
    }
    for (int i = 0; i < map.services().size(); i++) {
      Topology.Box service = map.services().get(i);
      String ports = String.join(" ", service.ports());
      box(svg, 1, i, Svg.Colour.BLUE, service.name(), (service.address() + " " + ports).strip());
    }
    for (int i = 0; i < pods.size(); i++) {
      List<String> words = pods.get(i);
      if (words.size() == 1) {
        box(svg, 2, i, Svg.Colour.GREEN, words.get(0), "");
      } else {
        svg.text(left(2), middle(i) + 10, cut(words.get(0)), Svg.Anchor.START, Svg.Colour.BLACK);
      }
    }
    return svg.toString();
  }

  /** Pods, each node's below a heading, which has two words. */
  private static List<List<String>> podColumn(Topology map) {
    List<List<String>> rows = new ArrayList<>();
    String node = null;
    for (Topology.Place place : map.pods()) {
      if (!place.node().equals(node)) {
        node = place.node();
        String name = node.isEmpty() ? "no node" : "node " + node;
        rows.add(List.of(place.zone().isEmpty() ? name : place.zone() + ": " + name, "heading"));
      }
      rows.add(List.of(place.name()));
    }
    return rows;
  }

  private static void lines(
      Svg svg, Topology map, Map<String, Double> services, Map<String, Double> places) {
    for (int i = 0; i < map.entries().size(); i++) {
      for (String name : map.entries().get(i).services()) {
        Double to = services.get(name);
        if (to != null) {
          svg.arrow(left(0) + COLUMN, middle(i), left(1), to, Svg.Colour.GREY);
        }
      }
    }
    for (Topology.Box service : map.services()) {
      double from = services.getOrDefault(service.name(), 0.0);
      service.endpoints().forEach((name, ready) -> {
        Double to = places.get(name);
        if (to != null) {
          Svg.Colour colour = ready ? Svg.Colour.GREY : Svg.Colour.RED;
          svg.arrow(left(1) + COLUMN, from, left(2), to, colour, !ready);
        }
      });
    }
  }

  private static void box(
      Svg svg, int column, int row, Svg.Colour colour, String name, String below) {
    double x = left(column);
    double y = middle(row) - BOX / 2;
    svg.rect(x, y, COLUMN, BOX, Svg.Colour.PALE, (name + " " + below).strip());
    svg.rect(x, y, 4, BOX, colour, "");
    double base = below.isEmpty() ? middle(row) + 4 : middle(row) - 3;
    svg.text(x + 10, base, cut(name), Svg.Anchor.START, Svg.Colour.BLACK);
    if (!below.isEmpty()) {
      svg.text(x + 10, base + 15, cut(below), Svg.Anchor.START, Svg.Colour.BLACK);
    }
  }

  private static double left(int column) {
    return MARGIN + column * (COLUMN + GAP);
  }

  private static double middle(int row) {
    return MARGIN + row * ROW + ROW / 2;
  }

  private static String cut(String text) {
    return text.length() <= LETTERS ? text : text.substring(0, LETTERS - 1) + "…";
  }
}
