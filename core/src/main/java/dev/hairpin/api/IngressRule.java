package dev.hairpin.api;

import java.util.List;

/**
 * The paths of one host.
 *
 * <p>Source: {@code networkingv1.IngressRule}
 *
 * @param host the host; empty for every host
 * @param paths the paths, in order
 */
public record IngressRule(String host, List<IngressPath> paths) {

  /** Copies the collections. */
  public IngressRule {
    paths = List.copyOf(paths);
  }
}
