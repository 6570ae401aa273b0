package dev.hairpin.lb.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that one Service or one IngressGroup leads to in AWS, and the bindings in the cluster.
 *
 * <p>Resources keep the order in which they were added. Adding a second one with the type and id of
 * a first does nothing, as in the controller: a Service with TCP and UDP on one port gets the first
 * only. Not thread-safe while it is built.
 */
public final class Stack {

  /** What a stack is made for. */
  public enum Kind {
    /** A Service: a Network Load Balancer. */
    SERVICE("service"),
    /** An IngressGroup: an Application Load Balancer. */
    INGRESS_GROUP("ingressGroup");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** The kind as texts name it. */
    @Override
    public String toString() {
      return text;
    }
  }

  private final String id;
  private final Kind kind;
  private final Map<String, Map<String, StackResource>> resources = new LinkedHashMap<>();

  /**
   * An empty stack.
   *
   * @param kind what it is made for
   * @param id {@code namespace/name}, or the name of an explicit group
   */
  public Stack(Kind kind, String id) {
    this.kind = kind;
    this.id = id;
  }

  /**
   * Who the stack is made for.
   *
   * @return {@code namespace/name}, or the name of an explicit group
   */
  public String id() {
    return id;
  }

  /**
   * What the stack is made for.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Adds a resource, unless there is one of its type and id.
   *
   * @param resource the resource
   */
  public void add(StackResource resource) {
    resources
        .computeIfAbsent(resource.type(), t -> new LinkedHashMap<>())
        .putIfAbsent(resource.id(), resource);
  }

  /**
   * The resources of a type.
   *
   * @param type the type
   * @param <T> the type
   * @return the resources in the order in which they were added
   */
  public <T extends StackResource> List<T> all(Class<T> type) {
    List<T> found = new ArrayList<>();
    for (Map<String, StackResource> ofType : resources.values()) {
      for (StackResource resource : ofType.values()) {
        if (type.isInstance(resource)) {
          found.add(type.cast(resource));
        }
      }
    }
    return found;
  }

  /**
   * The load balancer.
   *
   * @return the load balancer; nothing if the stack is to be taken down
   */
  public Optional<StackResource.LoadBalancer> loadBalancer() {
    return all(StackResource.LoadBalancer.class).stream().findFirst();
  }

  /**
   * Whether nothing is wanted.
   *
   * @return true if the stack is to be taken down
   */
  public boolean isEmpty() {
    return resources.isEmpty();
  }

  /**
   * The resources by type and id.
   *
   * @return an unmodifiable view
   */
  public Map<String, Map<String, StackResource>> resources() {
    return java.util.Collections.unmodifiableMap(resources);
  }

  /** The stack as the controller logs it. */
  @Override
  public String toString() {
    return StackJson.text(this);
  }
}
