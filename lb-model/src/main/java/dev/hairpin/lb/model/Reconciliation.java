package dev.hairpin.lb.model;

import org.jspecify.annotations.Nullable;

/**
 * What came of one pass of the controller over one thing.
 *
 * @param kind {@code service}, {@code ingressGroup}, {@code ingress} or {@code targetGroupBinding}
 * @param id {@code namespace/name}, or the name of a group
 * @param stack what is wanted in AWS; null if that could not be told
 * @param error what went wrong, in the controller's words; null if nothing did
 */
public record Reconciliation(
    String kind, String id, @Nullable Stack stack, @Nullable String error) {

  /**
   * A pass that went well.
   *
   * @param kind the kind
   * @param id the id
   * @param stack what is wanted in AWS
   * @return the result
   */
  public static Reconciliation done(String kind, String id, Stack stack) {
    return new Reconciliation(kind, id, stack, null);
  }

  /**
   * A pass that went wrong.
   *
   * @param kind the kind
   * @param id the id
   * @param stack what is wanted in AWS; null if that could not be told
   * @param error what went wrong
   * @return the result
   */
  public static Reconciliation failed(String kind, String id, @Nullable Stack stack, String error) {
    return new Reconciliation(kind, id, stack, error);
  }
}
