package dev.hairpin.analysis.lint;

import dev.hairpin.path.addon.AddOn;
import java.util.function.Consumer;

/** A component that knows faults which only it can see, such as tags that subnets lack. */
public interface LintContributor extends AddOn.Component {

  /**
   * Looks for faults; nothing may be changed by it.
   *
   * @param found takes what is found
   */
  void lint(Consumer<Finding> found);
}
