package dev.hairpin.api;

import java.util.Optional;

/** How a Service is reached. */
public enum ServiceType {
  /** By a virtual address inside the cluster. */
  CLUSTER_IP("ClusterIP"),
  /** Also by a port of every node. */
  NODE_PORT("NodePort"),
  /** Also by a load balancer that someone else provides. */
  LOAD_BALANCER("LoadBalancer"),
  /** By a DNS alias only. */
  EXTERNAL_NAME("ExternalName");

  private final String text;

  ServiceType(String text) {
    this.text = text;
  }

  /**
   * Finds a value by the text that a manifest writes.
   *
   * @param text the text, exactly
   * @return the value, or nothing if the API knows no such text
   */
  public static Optional<ServiceType> byText(String text) {
    return Texts.find(values(), text);
  }

  /** The value as a manifest writes it. */
  @Override
  public String toString() {
    return text;
  }
}
