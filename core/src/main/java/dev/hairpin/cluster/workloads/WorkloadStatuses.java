package dev.hairpin.cluster.workloads;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ClusterView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How far the workloads of a cluster are, counted from their pods as the controllers count them.
 *
 * <p>Source: the status that the controllers of kube-controller-manager v1.36 write. The pods are
 * gone through once, when the first workload is asked for; later changes do not show.
 */
public final class WorkloadStatuses {

  /**
   * How far one workload is.
   *
   * @param desired how many pods it shall have; of a DaemonSet, how many nodes shall have one
   * @param current how many it has, without those that are finished or about to go
   * @param ready how many of them are ready
   * @param upToDate how many of them have the present template
   * @param available how many of them have been ready for as long as asked for
   */
  public record Status(int desired, int current, int ready, int upToDate, int available) {}

  private final ClusterView view;
  private final Instant now;
  private @Nullable Map<String, List<KubeObject>> byOwner;

  /**
   * Looks at a cluster.
   *
   * @param view the objects
   * @param now the time that readiness is counted to
   */
  public WorkloadStatuses(ClusterView view, Instant now) {
    this.view = view;
    this.now = now;
  }

  private Map<String, List<KubeObject>> byOwner() {
    Map<String, List<KubeObject>> known = byOwner;
    if (known == null) {
      known = new HashMap<>();
      for (Pod pod : view.list(Pod.class)) {
        if (isActive(pod)) {
          put(known, pod);
        }
      }
      for (ReplicaSet set : view.list(ReplicaSet.class)) {
        put(known, set);
      }
      byOwner = known;
    }
    return known;
  }

  private static boolean isActive(Pod pod) {
    return !pod.isTerminating()
        && !pod.phase().equals("Succeeded")
        && !pod.phase().equals("Failed");
  }

  private static void put(Map<String, List<KubeObject>> byOwner, KubeObject object) {
    object
        .metadata()
        .controller()
        .map(OwnerReference::uid)
        .ifPresent(uid -> byOwner.computeIfAbsent(uid, u -> new ArrayList<>()).add(object));
  }

  private <T extends KubeObject> List<T> owned(KubeObject owner, Class<T> type) {
    return byOwner().getOrDefault(owner.metadata().uid(), List.of()).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /**
   * How far a workload is.
   *
   * @param workload a Deployment, ReplicaSet, StatefulSet or DaemonSet of the cluster
   * @return its status
   * @throws IllegalArgumentException if it is something else
   */
  public Status of(KubeObject workload) {
    if (workload instanceof Deployment deployment) {
      List<Pod> pods = new ArrayList<>();
      List<Pod> fresh = new ArrayList<>();
      for (ReplicaSet set : owned(deployment, ReplicaSet.class)) {
        List<Pod> ofSet = owned(set, Pod.class);
        pods.addAll(ofSet);
        if (Deployments.sameTemplate(set.template(), deployment.template())) {
          fresh.addAll(ofSet);
        }
      }
      return count(deployment.replicas(), pods, fresh::contains, deployment.minReadySeconds());
    } else if (workload instanceof ReplicaSet set) {
      return count(set.replicas(), owned(set, Pod.class), pod -> true, set.minReadySeconds());
    } else if (workload instanceof StatefulSet set) {
      return count(
          set.replicas(),
          owned(set, Pod.class),
          pod -> StatefulSets.isUpToDate(set, pod),
          set.minReadySeconds());
    } else if (workload instanceof DaemonSet set) {
      PodSpec spec = DaemonSets.spec(set);
      int desired = (int) view.list(Node.class).stream()
          .filter(node -> DaemonSets.fits(node, spec))
          .count();
      return count(
          desired, owned(set, Pod.class), DaemonSets.isUpToDate(view, set), set.minReadySeconds());
    }
    throw new IllegalArgumentException(workload.key() + " is no workload");
  }

  private Status count(int desired, List<Pod> pods, Predicate<Pod> upToDate, int minReadySeconds) {
    int ready = (int) pods.stream().filter(Pod::isReady).count();
    int fresh = (int) pods.stream().filter(upToDate).count();
    int available = (int) pods.stream()
        .filter(pod -> Availability.isAvailable(pod, minReadySeconds, now))
        .count();
    return new Status(desired, pods.size(), ready, fresh, available);
  }
}
