package dev.hairpin.analysis.lint;

import dev.hairpin.cluster.ClusterView;
import java.util.function.Consumer;

/** Looks for one kind of fault in the objects of a cluster. */
@FunctionalInterface
public interface LintRule {

  /**
   * Looks.
   *
   * @param state the objects
   * @param found takes what is found
   */
  void check(ClusterView state, Consumer<Finding> found);
}
