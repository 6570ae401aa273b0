package dev.hairpin.cluster.scheduling;

import dev.hairpin.api.Condition;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.WorkQueue;
import dev.hairpin.collect.ForkableMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives every pod without a node one that has room.
 *
 * <p>Among the nodes with room the pods of an owner are spread over zones first, then over nodes;
 * then the emptiest node wins, and among equals one by the seed. In a large cluster only some of
 * the nodes are looked at, as many as kube-scheduler would, beginning after those looked at last.
 * Pods for which there is no room wait for a node or for room, with an event that says why.
 */
public final class Scheduler {
  private static final String REPORTER = "default-scheduler";
  private static final int SMALL_CLUSTER = 100;

  private final ClusterState state;
  private final WorkQueue<ObjectKey> queue;
  private final ForkableMap<String, NodeRoom> rooms;
  private final ForkableMap<ObjectKey, String> placed;
  private final Set<ObjectKey> withoutRoom = new LinkedHashSet<>();
  private List<String> order = List.of();
  private int lookedAt;

  private Scheduler(
      ClusterState state,
      Duration delay,
      ForkableMap<String, NodeRoom> rooms,
      ForkableMap<ObjectKey, String> placed) {
    this.state = state;
    this.queue = new WorkQueue<>(state.clock(), delay, this::schedule);
    this.rooms = rooms;
    this.placed = placed;
    state.watch(this::changed);
  }

  /**
   * Starts a scheduler on a state, whatever it holds.
   *
   * @param state the cluster
   * @param delay how long after a pod's arrival it looks
   * @return the scheduler
   */
  public static Scheduler start(ClusterState state, Duration delay) {
    Scheduler scheduler = new Scheduler(state, delay, new ForkableMap<>(), new ForkableMap<>());
    state.list(Node.class).forEach(scheduler::note);
    state.list(Pod.class).forEach(scheduler::note);
    return scheduler;
  }

  /**
   * Starts a scheduler on a fork of the cluster that goes on where this one is.
   *
   * @param copy the fork
   * @param delay how long after a pod's arrival it looks
   * @return the fork's scheduler
   */
  public Scheduler fork(ClusterState copy, Duration delay) {
    Scheduler fork = new Scheduler(copy, delay, rooms.fork(), placed.fork());
    fork.queue.continueFrom(queue);
    fork.withoutRoom.addAll(withoutRoom);
    fork.order = order;
    fork.lookedAt = lookedAt;
    return fork;
  }

  private void changed(Change change) {
    KubeObject object = change.object();
    if (object instanceof Node node) {
      if (change.after() == null) {
        rooms.remove(node.metadata().name());
        order = List.of();
      } else {
        note(node);
        retry();
      }
    } else if (object instanceof Pod pod) {
      if (change.after() == null) {
        withoutRoom.remove(pod.key());
        leave(pod);
      } else {
        note(pod);
      }
    }
  }

  private void note(Node node) {
    NodeRoom room = writable(node.metadata().name());
    if (room == null) {
      NodeRoom added = new NodeRoom(node);
      rooms.put(node.metadata().name(), added);
      order = List.of();
      placed.forEach((key, name) -> {
        if (name.equals(node.metadata().name())) {
          state.get(Pod.class, key.namespace(), key.name()).ifPresent(added::add);
        }
      });
    } else {
      room.node(node);
    }
  }

  private void note(Pod pod) {
    if (pod.hasEnded()) {
      leave(pod);
    } else if (pod.spec().nodeName().isEmpty()) {
      if (!pod.isTerminating()) {
        queue.add(pod.key());
      }
    } else if (placed.put(pod.key(), pod.spec().nodeName()) == null) {
      NodeRoom room = writable(pod.spec().nodeName());
      if (room != null) {
        room.add(pod);
      }
    }
  }

  private @Nullable NodeRoom writable(String node) {
    return rooms.writable(node, NodeRoom::copy);
  }

  private void leave(Pod pod) {
    @Nullable String name = placed.remove(pod.key());
    @Nullable NodeRoom room = name == null ? null : writable(name);
    if (room != null) {
      room.remove(pod);
      retry();
    }
  }

  private void retry() {
    withoutRoom.forEach(queue::add);
    withoutRoom.clear();
  }

  private void schedule(ObjectKey key) {
    @Nullable Pod pod = state.get(Pod.class, key.namespace(), key.name()).orElse(null);
    if (pod == null || !pod.spec().nodeName().isEmpty() || pod.isTerminating()) {
      return;
    }
    Map<String, Integer> refusals = new TreeMap<>();
    Optional<NodeRoom> best = best(pod, refusals);
    if (best.isEmpty()) {
      withoutRoom.add(key);
      String message = noRoom(refusals);
      List<Condition> conditions = new ArrayList<>(pod.conditions());
      conditions.removeIf(c -> c.type().equals("PodScheduled"));
      conditions.add(new Condition(
          "PodScheduled", "False", "Unschedulable", message, state.clock().now()));
      if (!says(pod, message)) {
        state.store(pod.withConditions(conditions));
        state.report(key, true, "FailedScheduling", message, REPORTER);
      }
      return;
    }
    String node = best.get().node().metadata().name();
    List<Condition> conditions = new ArrayList<>(pod.conditions());
    conditions.removeIf(c -> c.type().equals("PodScheduled"));
    conditions.add(new Condition("PodScheduled", "True", "", "", state.clock().now()));
    state.store(
        pod.withSpec(pod.spec().toBuilder().nodeName(node).build()).withConditions(conditions));
    state.report(
        key,
        false,
        "Scheduled",
        "Successfully assigned " + key.namespacedName() + " to " + node,
        REPORTER);
  }

  private static boolean says(Pod pod, String message) {
    return pod.conditions().stream()
        .anyMatch(c -> c.type().equals("PodScheduled") && c.message().equals(message));
  }

  private Optional<NodeRoom> best(Pod pod, Map<String, Integer> refusals) {
    if (order.size() != rooms.size()) {
      List<String> names = new ArrayList<>(rooms.size());
      rooms.forEach((name, room) -> names.add(name));
      Collections.sort(names);
      order = names;
      lookedAt = 0;
    }
    String group = NodeRoom.group(pod);
    int enough = enough(order.size());
    List<NodeRoom> found = new ArrayList<>();
    int start = lookedAt;
    for (int i = 0; i < order.size() && found.size() < enough; i++) {
      NodeRoom room = room(order.get((start + i) % order.size()));
      Optional<String> refusal = room.refusal(pod.spec());
      if (refusal.isEmpty()) {
        found.add(room);
      } else {
        refusals.merge(refusal.get(), 1, Integer::sum);
      }
      lookedAt = order.size() <= SMALL_CLUSTER ? 0 : (start + i + 1) % order.size();
    }
    Map<String, Integer> inZone = new HashMap<>();
    found.forEach(room -> inZone.merge(room.node().zone(), room.podsOfGroup(group), Integer::sum));
    @Nullable NodeRoom best = null;
    long bestScore = Long.MAX_VALUE;
    int bestTie = 0;
    for (NodeRoom room : found) {
      long score = ((long) inZone.getOrDefault(room.node().zone(), 0) << 40)
          + ((long) room.podsOfGroup(group) << 20)
          + room.pods();
      int tie = (state.seed() + pod.key().toString() + room.node().metadata().name()).hashCode();
      if (best == null || score < bestScore || (score == bestScore && tie < bestTie)) {
        best = room;
        bestScore = score;
        bestTie = tie;
      }
    }
    return Optional.ofNullable(best);
  }

  private NodeRoom room(String node) {
    return Objects.requireNonNull(rooms.get(node), node);
  }

  /** How many nodes with room are enough. Source: {@code numFeasibleNodesToFind}. */
  private static int enough(int nodes) {
    if (nodes < SMALL_CLUSTER) {
      return nodes;
    }
    int percentage = Math.max(5, 50 - nodes / 125);
    return Math.max(SMALL_CLUSTER, nodes * percentage / 100);
  }

  private String noRoom(Map<String, Integer> refusals) {
    String why = refusals.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey())
        .collect(Collectors.joining(", "));
    return rooms.isEmpty()
        ? "no nodes available to schedule pods"
        : "0/%d nodes are available: %s.".formatted(rooms.size(), why);
  }
}
