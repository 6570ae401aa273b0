package dev.hairpin.analysis.explain;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.Expert;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.util.List;
import java.util.Optional;

/**
 * Explains what one meets in a cluster: connections that fail, names that do not resolve, objects
 * that wait.
 *
 * <p>It only reads. Not thread-safe: it belongs to the thread that writes the cluster.
 */
public final class Explainer {
  private final ClusterState state;
  private final List<AddOn.Component> components;

  /**
   * An explainer of a cluster.
   *
   * @param state the objects
   * @param components what is installed; those that are an {@link Expert} are asked too
   */
  public Explainer(ClusterState state, List<? extends AddOn.Component> components) {
    this.state = state;
    this.components = List.copyOf(components);
  }

  /**
   * Explains a connection that was made.
   *
   * @param source who called
   * @param target what was dialled, as the caller said it
   * @param trace what became of it; must have hops
   * @return the explanation
   */
  public Explanation connection(Source source, String target, Trace trace) {
    Explanation plain = Explanation.of(trace.outcome());
    if (trace.outcome().delivered() || trace.hops().isEmpty()) {
      return plain;
    }
    boolean proxied = components.stream().anyMatch(NodeFilters.class::isInstance);
    Explanation found = new ConnectionDiagnosis(state, proxied).explain(source, trace, plain);
    return refined(new Expert.Failure(source, target, trace, found));
  }

  /**
   * Explains a connection whose target's name did not resolve.
   *
   * @param source who asked
   * @param lookup what came of the name
   * @param trace the connection that was not made
   * @return the explanation
   */
  public Explanation unresolved(Source source, NameService.Lookup lookup, Trace trace) {
    Explanation found = new NameDiagnosis(state, hasNames())
        .explain(source, lookup, Explanation.of(trace.outcome()));
    return refined(new Expert.Failure(source, lookup.name(), trace, found));
  }

  /**
   * Explains what came of a name.
   *
   * @param source who asked
   * @param lookup what came of it
   * @return the explanation
   */
  public Explanation lookup(Source source, NameService.Lookup lookup) {
    boolean found = lookup.reason() == Reason.DELIVERED;
    Explanation plain = Explanation.of(found ? "RESOLVED" : "NOT RESOLVED", lookup.reason())
        .about("name " + lookup.name() + " asked by " + source);
    return found ? plain : new NameDiagnosis(state, hasNames()).explain(source, lookup, plain);
  }

  /**
   * Explains the state of a pod, a Service or an Ingress.
   *
   * @param object the object
   * @return the explanation; {@link Reason#NOTHING_WRONG} if it is as it should be
   */
  public Explanation object(KubeObject object) {
    if (object instanceof Pod pod) {
      return new PodDiagnosis(state).explain(pod);
    }
    Optional<Explanation> known = components.stream()
        .filter(Expert.class::isInstance)
        .flatMap(e -> ((Expert) e).explain(object).stream())
        .findFirst();
    if (known.isPresent()) {
      return known.get();
    }
    if (object instanceof Service service) {
      boolean waits = service.spec().type() == ServiceType.LOAD_BALANCER
          && service.loadBalancer().isEmpty();
      return waits ? nobodyCares(object) : new ServiceDiagnosis(state).explain(service);
    }
    if (object instanceof Ingress ingress && ingress.loadBalancer().isEmpty()) {
      return nobodyCares(object);
    }
    return Explanation.of("NOTHING WRONG", Reason.NOTHING_WRONG).about(subject(object));
  }

  private static Explanation nobodyCares(KubeObject object) {
    return Explanation.of("PENDING", Reason.LB_NO_CONTROLLER)
        .about(subject(object))
        .seenAs("no address, and no events");
  }

  private Explanation refined(Expert.Failure failure) {
    Explanation explanation = failure.soFar();
    for (AddOn.Component component : components) {
      if (component instanceof Expert expert) {
        explanation = expert.refine(
            new Expert.Failure(failure.source(), failure.target(), failure.trace(), explanation));
      }
    }
    return explanation;
  }

  private boolean hasNames() {
    return components.stream().anyMatch(NameService.class::isInstance);
  }

  static String subject(KubeObject object) {
    return object.kind().toLowerCase(java.util.Locale.ROOT) + " " + object.key().namespacedName();
  }

  /** The address that was dialled. */
  static SocketAddress dialled(Trace trace) {
    return trace.hops().get(0).before().destination();
  }
}
