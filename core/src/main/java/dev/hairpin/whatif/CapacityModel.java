package dev.hairpin.whatif;

import java.util.List;

/**
 * Somebody who knows figures of a cluster under load. An add-on's running component that implements
 * it is asked along with the library's own.
 */
@FunctionalInterface
public interface CapacityModel {

  /**
   * Says what is known.
   *
   * @param load the cluster and the ways of its traffic
   * @return the figures, in any order
   */
  List<Figure> figures(Load load);
}
