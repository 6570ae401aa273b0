package dev.hairpin.api;

import java.util.Map;

/**
 * The pods that a workload makes.
 *
 * <p>Source: {@code v1.PodTemplateSpec}
 *
 * @param labels their labels
 * @param annotations their annotations
 * @param spec what they are to be
 */
public record PodTemplate(
    Map<String, String> labels, Map<String, String> annotations, PodSpec spec) {

  /** Copies the collections. */
  public PodTemplate {
    labels = Values.copy(labels);
    annotations = Values.copy(annotations);
  }
}
