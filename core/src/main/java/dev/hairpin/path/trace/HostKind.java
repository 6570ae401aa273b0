package dev.hairpin.path.trace;

import java.util.Locale;

/** What a host stands for. */
public enum HostKind {
  /** A node of the cluster. */
  NODE,
  /** A pod with a network of its own. */
  POD,
  /** A machine outside the cluster. */
  CLIENT,
  /** A router, such as the gateway of the nodes' network. */
  ROUTER,
  /** A load balancer. */
  LOAD_BALANCER;

  /** {@code node}, {@code pod}, {@code client}, {@code router} or {@code load balancer}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
