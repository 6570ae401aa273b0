package dev.hairpin.examples.console;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.render.Escape;
import dev.hairpin.whatif.Delta;
import dev.hairpin.whatif.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A cluster with changes that are only tried. Every change happens on a further fork, which is
 * given {@linkplain WhatIf#SETTLING some time} to settle: to undo it, one goes on with the console
 * before it.
 */
public final class What extends Console {
  private final List<String> changes;

  private What(Cluster cluster, List<String> changes) {
    super(cluster);
    this.changes = changes;
  }

  static What ifIn(Cluster cluster) {
    return new What(cluster.fork(), List.of());
  }

  /**
   * The same without a zone or a node, whose power is gone.
   *
   * @param zoneOrNode a zone such as {@code us-west-2a}, or a node's name or the first letters of
   *     it
   * @return a console of a further fork
   */
  public What losing(String zoneOrNode) {
    return Mistake.orAnswer(() -> {
      if (Places.zones(cluster()).contains(zoneOrNode)) {
        return changed("zone " + zoneOrNode + " is lost", new Delta.LoseZone(zoneOrNode));
      }
      return losingNode(Places.node(cluster(), zoneOrNode));
    });
  }

  private What losingNode(String node) {
    return changed("node " + node + " is lost", new Delta.LoseNode(node));
  }

  /**
   * The same with another number of pods.
   *
   * @param deployment its name as {@code NAMESPACE/NAME}
   * @param replicas how many
   * @return a console of a further fork
   */
  public What scale(String deployment, int replicas) {
    return Mistake.orAnswer(() -> changed(
        deployment + " has " + replicas + " replicas",
        new Delta.Scale("Deployment", deployment, replicas)));
  }

  /**
   * The same with another {@code externalTrafficPolicy}.
   *
   * @param service its name as {@code NAMESPACE/NAME}
   * @param policy {@code Local} or {@code Cluster}
   * @return a console of a further fork
   */
  public What policy(String service, String policy) {
    return Mistake.orAnswer(() -> changed(service + " has policy " + policy, fork -> {
      ObjectKey key = fork.state().list(Service.class).stream()
          .map(Service::key)
          .filter(k -> k.namespacedName().equals(service))
          .findFirst()
          .orElseThrow(() -> Suggestions.unknown(
              "Service",
              service,
              fork.state().list(Service.class).stream()
                  .map(s -> s.key().namespacedName())
                  .toList()));
      Map<String, Object> patch = Map.of("spec", Map.of("externalTrafficPolicy", policy));
      fork.api().patch(key, ApiServer.PatchType.MERGE, patch);
    }));
  }

  /**
   * The same after {@link Console#apply}.
   *
   * @param manifests as there
   * @return a console of a further fork
   */
  public What with(String manifests) {
    return Mistake.orAnswer(
        () -> changed("with " + firstLine(manifests), fork -> Console.of(fork).apply(manifests)));
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end) + " ...";
  }

  private What changed(String what, Delta delta) {
    return changed(what, fork -> delta.applyTo(fork, new SplittableRandom(1)));
  }

  private What changed(String what, Consumer<Cluster> change) {
    Cluster fork = cluster().forkWithControllers(Timing.INSTANT);
    change.accept(fork);
    fork.advance(WhatIf.SETTLING);
    List<String> more = new ArrayList<>(changes);
    more.add(what);
    return new What(fork, List.copyOf(more));
  }

  /** What was changed, and where to look. */
  @Override
  public String toString() {
    return changes.isEmpty()
        ? "the same cluster; what().losing(...), scale(...), policy(...) or with(...) changes it\n"
        : Escape.terminal("what if " + String.join(", and ", changes) + "\n");
  }
}
