package dev.hairpin.path.trace;

/** What a host stands for. */
public enum HostKind {
  /** A node of the cluster. */
  NODE("node"),
  /** A pod with a network of its own. */
  POD("pod"),
  /** A machine outside the cluster. */
  CLIENT("client"),
  /** A router, such as the gateway of the nodes' network. */
  ROUTER("router"),
  /** A load balancer. */
  LOAD_BALANCER("load balancer");

  private final String text;

  HostKind(String text) {
    this.text = text;
  }

  /** {@code node}, {@code pod}, {@code client}, {@code router} or {@code load balancer}. */
  @Override
  public String toString() {
    return text;
  }
}
