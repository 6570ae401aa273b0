package dev.hairpin.whatif;

import java.util.List;

/** A rolling update does not come to an end: pods do not become ready, or do not go. */
public final class StuckRolloutException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * An update that is stuck.
   *
   * @param deployment {@code namespace/name}
   * @param waiting the pods that it waits for, each with why
   */
  StuckRolloutException(String deployment, List<String> waiting) {
    super("the update of " + deployment + " does not come to an end; for an hour nothing of it has"
        + " changed" + (waiting.isEmpty() ? "" : "; " + String.join("; ", waiting)));
  }
}
