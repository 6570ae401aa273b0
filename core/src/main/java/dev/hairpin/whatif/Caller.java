package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Connection;
import dev.hairpin.api.Pod;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.NameService;
import java.util.List;
import java.util.Optional;

/**
 * One of those who open the connections of some traffic.
 *
 * @param name what reports call him: {@code namespace/name} of a pod, {@code node/NAME}, or a
 *     client outside as {@link Cluster#from} names him
 * @param node the node that he is on; empty for a client outside
 * @param connection the start of his connections
 */
record Caller(String name, String node, Connection connection) {
  private static final String POD = "pod/";
  private static final String NODE = "node/";
  private static final String OUTSIDE = "internet";

  /**
   * All whom the source of some traffic stands for.
   *
   * @throws IllegalArgumentException if there is nobody of that name, or nobody runs
   */
  static List<Caller> of(String from, Cluster cluster) {
    if (from.equals(OUTSIDE) || from.startsWith(OUTSIDE + "/")) {
      return List.of(new Caller(from, "", cluster.from(from)));
    }
    if (from.startsWith(NODE)) {
      return List.of(new Caller(from, from.substring(NODE.length()), cluster.from(from)));
    }
    List<Caller> pods =
        cluster.pods(from.startsWith(POD) ? from.substring(POD.length()) : from).stream()
            .filter(pod -> !pod.podIps().isEmpty() && !pod.isTerminating())
            .map(pod -> of(pod, cluster))
            .toList();
    if (pods.isEmpty()) {
      throw new IllegalArgumentException("no pod of \"" + from + "\" runs, so nobody connects");
    }
    return pods;
  }

  private static Caller of(Pod pod, Cluster cluster) {
    String name = pod.key().namespacedName();
    return new Caller(name, pod.spec().nodeName(), cluster.from(POD + name));
  }

  boolean isOutside() {
    return node.isEmpty();
  }

  /** What is said of him where all on one node fare alike. */
  String place() {
    return isOutside() || name.startsWith(NODE) ? name : node;
  }

  /**
   * The questions that he sends before he dials a target. A client outside asks servers that are
   * not the cluster's, and for an address nobody is asked.
   */
  Optional<NameService.Lookup> lookup(String target) {
    String host = TargetNames.hostOf(target);
    return isOutside() || IpAddress.tryParse(host).isPresent()
        ? Optional.empty()
        : Optional.of(connection.lookup(host));
  }

  /**
   * The target with its name replaced by the only address that it has: the choices of the questions
   * themselves (which CoreDNS pod?) do not change where the connection goes, so they need not be
   * told apart.
   */
  static String dialled(String target, Optional<NameService.Lookup> lookup) {
    return lookup
        .map(NameService.Lookup::addresses)
        .filter(addresses -> addresses.size() == 1)
        .map(addresses -> TargetNames.withHost(target, addresses.get(0)))
        .orElse(target);
  }
}
