package dev.hairpin.whatif;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.whatif.RolloutReport.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When whom a rolling update concerns has heard of it: kubelet and EndpointSlice controller, as the
 * cluster's objects show it, and those who send to pods, as somebody who looks tells. Times are
 * seconds from the update's begin.
 */
final class RolloutClocks {
  private final Set<String> old;
  private final Predicate<Pod> concerned;
  private final Map<String, Double> asked = new LinkedHashMap<>();
  private final Map<String, Double> notReady = new HashMap<>();
  private final Map<String, Double> gone = new HashMap<>();
  private final Map<String, Double> lastSent = new LinkedHashMap<>();

  /** The first pod that comes; its times are nothing as long as they have not come. */
  private @Nullable String fresh;

  private double freshAt;
  private @Nullable Double freshReady;
  private @Nullable Double freshListed;
  private final Set<String> senders = new LinkedHashSet<>();
  private final Map<String, Double> firstSent = new HashMap<>();

  /**
   * The clocks of an update that has not begun.
   *
   * @param old the pods that will go, as {@code namespace/name}
   * @param concerned which pods are of the workload
   */
  RolloutClocks(Collection<String> old, Predicate<Pod> concerned) {
    this.old = new TreeSet<>(old);
    this.concerned = concerned;
  }

  /** Something changes in the cluster. */
  void note(Change change, double now) {
    if (change.object() instanceof Pod pod) {
      String name = pod.key().namespacedName();
      if (!old.contains(name)) {
        noteNew(pod, name, change.after() != null, now);
      } else if (change.after() == null) {
        gone.putIfAbsent(name, now);
      } else if (pod.isTerminating()) {
        asked.putIfAbsent(name, now);
      }
    } else if (change.object() instanceof EndpointSlice slice) {
      for (Endpoint endpoint : slice.endpoints()) {
        if (endpoint.targetRef() != null) {
          String name =
              slice.metadata().namespace() + "/" + endpoint.targetRef().name();
          noteListed(name, Boolean.TRUE.equals(endpoint.ready()), now);
        }
      }
    }
  }

  private void noteNew(Pod pod, String name, boolean exists, double now) {
    if (fresh == null && exists && concerned.test(pod)) {
      fresh = name;
      freshAt = now;
    }
    if (name.equals(fresh) && freshReady == null && pod.isReady()) {
      freshReady = now;
    }
  }

  private void noteListed(String name, boolean ready, double now) {
    if (!ready && asked.containsKey(name)) {
      notReady.putIfAbsent(name, now);
    }
    if (ready && name.equals(fresh) && freshListed == null) {
      freshListed = now;
    }
  }

  /** The pod that was asked to end first; null as long as none was. */
  @Nullable
  String firstAsked() {
    return asked.isEmpty() ? null : asked.keySet().iterator().next();
  }

  /** Whether only one pod was asked to end so far, so that what is lost is lost on it. */
  boolean onlyOneIsGoing() {
    return asked.size() == 1;
  }

  /** Somebody still sends to the pod that was asked to end first, until a time. */
  void sendsToOld(String who, double until) {
    lastSent.put(who, until);
  }

  /** Somebody sends to some pods at a time; who never sends to the workload is not told of. */
  void sends(String who, Set<String> pods, double now) {
    if (!Collections.disjoint(pods, old)) {
      senders.add(who);
    }
    if (fresh != null && pods.contains(fresh)) {
      senders.add(who);
      firstSent.putIfAbsent(who, now);
    }
  }

  /** Whether all old pods are gone. */
  boolean allGone() {
    return gone.keySet().containsAll(old);
  }

  /** When the last old pod went; 0 as long as none did. */
  double lastGone() {
    return gone.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  /** The clocks of the pod that was asked to end first, from that moment. */
  List<Mark> leaving() {
    String first = firstAsked();
    if (first == null) {
      return List.of();
    }
    List<Mark> marks = new ArrayList<>();
    double start = asked.getOrDefault(first, 0.0);
    double exit = gone.getOrDefault(first, start);
    marks.add(new Mark("pod " + first, 0, exit - start, "stops", "exit"));
    double unready = notReady.getOrDefault(first, start);
    marks.add(new Mark("EndpointSlice", 0, unready - start, "", "not ready"));
    lastSent.forEach((who, until) -> {
      if (until > start) {
        marks.add(new Mark(who, 0, until - start, "", "hears"));
      }
    });
    return marks;
  }

  /**
   * The clocks of the first new pod, from its creation.
   *
   * @param end when the update ended: what has not come then is not waited for
   */
  List<Mark> coming(double end) {
    if (fresh == null) {
      return List.of();
    }
    List<Mark> marks = new ArrayList<>();
    marks.add(mark("pod " + fresh, freshReady, end, "starts", "ready"));
    marks.add(mark("EndpointSlice", freshListed, end, "", "ready"));
    senders.forEach(who -> marks.add(mark(who, firstSent.get(who), end, "", "sends")));
    return marks;
  }

  private Mark mark(String row, @Nullable Double at, double end, String doing, String then) {
    return at == null
        ? new Mark(row, 0, end - freshAt, doing, "not yet")
        : new Mark(row, 0, at - freshAt, doing, then);
  }
}
