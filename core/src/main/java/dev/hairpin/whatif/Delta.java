package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.whatif.law.ScaleLimits;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * A change that a scenario makes on a fork of the cluster, or to its traffic.
 *
 * <p>Deltas are small and serializable, so that a scenario can be sent to another machine.
 */
public sealed interface Delta extends Serializable {

  /**
   * Makes the change.
   *
   * @param cluster the fork
   * @param random for what the change leaves to chance
   * @throws IllegalArgumentException if it names something that does not exist, with the name that
   *     was probably meant
   */
  void applyTo(Cluster cluster, SplittableRandom random);

  /**
   * The traffic under this change.
   *
   * @param traffic the traffic before
   * @return the same, unless the change is about traffic
   */
  default List<Traffic> of(List<Traffic> traffic) {
    return traffic;
  }

  /**
   * A workload gets another number of pods.
   *
   * @param workload the kind, such as {@code Deployment}
   * @param name {@code namespace/name}
   * @param replicas how many, 0 to 150,000: with so many pods in all Kubernetes is tested
   */
  record Scale(String workload, String name, int replicas) implements Delta {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not within its bounds
     */
    public Scale {
      if (replicas < 0 || replicas > ScaleLimits.PODS) {
        throw new IllegalArgumentException(workload + " " + name + " cannot have " + replicas
            + " replicas, but 0 to " + ScaleLimits.PODS);
      }
    }

    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      List<String> known = cluster.state().list(workload).stream()
          .map(object -> object.key().namespacedName())
          .toList();
      if (!known.contains(name)) {
        throw Suggestions.unknown(workload, name, known);
      }
      int slash = name.indexOf('/');
      cluster
          .controllers()
          .workloads()
          .scale(workload, name.substring(0, slash), name.substring(slash + 1), replicas);
    }
  }

  /**
   * A node loses its power.
   *
   * @param node its name
   */
  record LoseNode(String node) implements Delta {
    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      List<String> known = nodes(cluster);
      if (!known.contains(node)) {
        throw Suggestions.unknown("node", node, known);
      }
      cluster.controllers().nodes().lose(node);
    }
  }

  /**
   * All nodes of a zone lose their power.
   *
   * @param zone the zone, such as {@code us-west-2a}
   */
  record LoseZone(String zone) implements Delta {
    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      List<Node> nodes = List.copyOf(cluster.state().list(Node.class));
      TreeSet<String> known = new TreeSet<>();
      nodes.stream().map(Node::zone).filter(name -> !name.isEmpty()).forEach(known::add);
      if (!known.contains(zone)) {
        throw Suggestions.unknown("zone", zone, known);
      }
      for (Node node : nodes) {
        if (node.zone().equals(zone)) {
          cluster.controllers().nodes().lose(node.metadata().name());
        }
      }
    }
  }

  /**
   * Some nodes, which ones is left to chance, lose their power; nodes that have lost it already are
   * not among them.
   *
   * @param count how many, from 0 on
   */
  record LoseNodes(int count) implements Delta {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public LoseNodes {
      if (count < 0) {
        throw new IllegalArgumentException(count + " nodes cannot be lost");
      }
    }

    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      List<String> left = new ArrayList<>(nodes(cluster));
      left.removeIf(cluster.controllers().kubelets()::isStopped);
      if (count > left.size()) {
        throw new IllegalArgumentException(
            count + " nodes cannot be lost, there are " + left.size());
      }
      for (int i = 0; i < count; i++) {
        cluster.controllers().nodes().lose(left.remove(random.nextInt(left.size())));
      }
    }
  }

  /**
   * A pod's readiness probe fails.
   *
   * @param pod as for {@link Cluster#pod}
   */
  record NotReady(String pod) implements Delta {
    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      Pod found = cluster.pod(pod);
      cluster
          .controllers()
          .kubelets()
          .setReady(found.metadata().namespace(), found.metadata().name(), false);
    }
  }

  /**
   * Manifests are applied, as by {@code kubectl apply}.
   *
   * @param yaml their text
   */
  record Apply(String yaml) implements Delta {
    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      cluster.apply(yaml);
    }
  }

  /**
   * An object is deleted.
   *
   * @param kind its kind
   * @param name {@code namespace/name}
   */
  record Delete(String kind, String name) implements Delta {
    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      List<String> known = cluster.state().list(kind).stream()
          .map(object -> object.key().namespacedName())
          .toList();
      if (!known.contains(name)) {
        throw Suggestions.unknown(kind, name, known);
      }
      cluster.delete(kind, name);
    }
  }

  /**
   * All traffic is multiplied.
   *
   * @param factor by what, from 0 on
   */
  record TrafficTimes(double factor) implements Delta {
    /**
     * Checks the factor.
     *
     * @throws IllegalArgumentException if it is negative or no number
     */
    public TrafficTimes {
      if (!(factor >= 0) || Double.isInfinite(factor)) {
        throw new IllegalArgumentException("traffic cannot be multiplied by " + factor);
      }
    }

    @Override
    public void applyTo(Cluster cluster, SplittableRandom random) {
      // it is not the cluster that changes
    }

    @Override
    public List<Traffic> of(List<Traffic> traffic) {
      return traffic.stream()
          .map(t -> t.perSecond(t.connectionsPerSecond() * factor))
          .toList();
    }
  }

  private static List<String> nodes(Cluster cluster) {
    return cluster.state().list(Node.class).stream()
        .map(n -> n.metadata().name())
        .toList();
  }
}
