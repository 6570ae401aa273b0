package dev.hairpin.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a status's conditions.
 *
 * <p>Source: {@code metav1.Condition}, {@code v1.PodCondition}, {@code v1.NodeCondition}
 *
 * @param type what is judged, such as {@code Ready}
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason a word for why; may be empty
 * @param message a sentence for why; may be empty
 * @param lastTransitionTime when the status last changed, or null
 */
public record Condition(
    String type,
    String status,
    String reason,
    String message,
    @Nullable Instant lastTransitionTime) {

  /**
   * A condition without reason.
   *
   * @param type what is judged
   * @param holds whether it is true
   * @return the condition
   */
  public static Condition of(String type, boolean holds) {
    return new Condition(type, holds ? "True" : "False", "", "", null);
  }

  /**
   * Whether the condition holds.
   *
   * @return true if the status is {@code True}
   */
  public boolean isTrue() {
    return status.equals("True");
  }
}
