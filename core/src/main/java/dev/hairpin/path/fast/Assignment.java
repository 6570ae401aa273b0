package dev.hairpin.path.fast;

import java.util.ArrayList;
import java.util.List;

/**
 * Which lane of a {@link ConnectionEngine} has which place of a {@link Terrain}. Immutable.
 *
 * <p>Lanes take places in turn: neighbours often have the same work, such as those of one node
 * pool, and so do all lanes.
 */
final class Assignment {
  private final int lanes;
  private final int[] laneOf;
  private final int[] stationOf;
  private final int[] zoneOf;

  Assignment(Terrain terrain, int lanes) {
    this.lanes = lanes;
    int places = terrain.places();
    laneOf = new int[places];
    stationOf = new int[places];
    zoneOf = new int[places];
    List<String> zones = new ArrayList<>();
    for (int place = 0; place < places; place++) {
      laneOf[place] = place % lanes;
      stationOf[place] = place / lanes;
      String zone = terrain.zoneOf(place);
      if (!zones.contains(zone)) {
        zones.add(zone);
      }
      zoneOf[place] = zones.indexOf(zone);
    }
  }

  int lanes() {
    return lanes;
  }

  int laneOf(int place) {
    return laneOf[place];
  }

  /** The number of a place among those of its lane, which are in the order of places. */
  int stationOf(int place) {
    return stationOf[place];
  }

  boolean isCrossZone(int from, int to) {
    return zoneOf[from] != zoneOf[to];
  }
}
