package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.collect.ForkableSortedMap;
import dev.hairpin.net.IpFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pods of one Service, each with what it contributes, worked out once per change of the pod.
 */
final class ServiceMembers {

  /**
   * One pod.
   *
   * @param pod the pod
   * @param group the Service's ports as the pod has them
   * @param endpoints its endpoint by family; empty where its node is unknown
   */
  record Member(Pod pod, PortGroup group, Map<IpFamily, Endpoint> endpoints) {}

  /**
   * What became of one pod.
   *
   * @param before what it contributed; null if nothing
   * @param after what it contributes; null if nothing
   */
  record Difference(@Nullable Member before, @Nullable Member after) {}

  private final PortGroup.Pool groups;
  private ForkableSortedMap<String, Member> members;
  private final Set<String> changed = new LinkedHashSet<>();
  private final Map<String, Instant> triggers = new HashMap<>();
  private @Nullable Service service;
  private @Nullable Instant serviceTrigger;
  private @Nullable Instant earliestTrigger;
  private boolean known;
  private long nodesVersion = -1;

  ServiceMembers() {
    groups = new PortGroup.Pool();
    members = new ForkableSortedMap<>();
  }

  private ServiceMembers(ServiceMembers original) {
    groups = original.groups.copy();
    members = original.members.frozenCopy();
    changed.addAll(original.changed);
    triggers.putAll(original.triggers);
    service = original.service;
    serviceTrigger = original.serviceTrigger;
    earliestTrigger = original.earliestTrigger;
    known = original.known;
    nodesVersion = original.nodesVersion;
  }

  /** A copy that may be changed while the original is still seen elsewhere. */
  ServiceMembers copy() {
    return new ServiceMembers(this);
  }

  void podChanged(String name) {
    changed.add(name);
  }

  /**
   * Takes over what changed since the last refresh.
   *
   * @param current the Service as it is
   * @param version counts the changes of nodes that matter to endpoints
   * @param index who selects whom
   * @param nodes finds a node by name
   * @param missingNode is told of each node that a pod names and that does not exist
   * @return what became of the pods that changed since the last refresh, if nothing else did; null
   *     if anything may have changed
   */
  @Nullable
  List<Difference> refresh(
      Service current,
      long version,
      SelectorIndex index,
      Function<String, @Nullable Node> nodes,
      Consumer<String> missingNode) {
    @Nullable Service before = service;
    boolean onlyPods = before != null
        && nodesVersion == version
        && (before.equals(current)
            || (before.spec().equals(current.spec())
                && before.metadata().labels().equals(current.metadata().labels())
                && before.metadata().annotations().equals(current.metadata().annotations())
                && before.metadata().uid().equals(current.metadata().uid())));
    service = current;
    nodesVersion = version;
    earliestTrigger = null;
    List<Difference> differences = new ArrayList<>();
    if (onlyPods) {
      for (String name : changed) {
        @Nullable Member old = members.get(name);
        Pod pod = index.pod(current.metadata().namespace(), name);
        if (pod != null && SelectorIndex.selects(current, pod.metadata().labels())) {
          put(pod, old, true, nodes, missingNode);
        } else {
          members.remove(name);
          triggers.remove(name);
        }
        differences.add(new Difference(old, members.get(name)));
      }
    } else {
      ForkableSortedMap<String, Member> earlier = members;
      members = new ForkableSortedMap<>();
      for (Pod pod : index.podsOf(current)) {
        put(pod, earlier.get(pod.metadata().name()), false, nodes, missingNode);
      }
      triggers.keySet().removeIf(name -> members.get(name) == null);
    }
    changed.clear();
    noteServiceTrigger(current);
    return onlyPods ? differences : null;
  }

  /**
   * Works out what a pod contributes. An endpoint that stays the same stays the same object, by
   * which slices are searched.
   *
   * @param sameNodes whether every node is as it was when the old member was worked out
   */
  private void put(
      Pod pod,
      @Nullable Member old,
      boolean sameNodes,
      Function<String, @Nullable Node> nodes,
      Consumer<String> missingNode) {
    Service of = service();
    String name = pod.metadata().name();
    noteTrigger(pod);
    if (!PodEndpoint.counts(pod)) {
      members.remove(name);
      return;
    }
    Map<IpFamily, Endpoint> endpoints = new EnumMap<>(IpFamily.class);
    @Nullable String zone;
    boolean counts = true;
    @Nullable Endpoint published = sameNodes ? publishedOn(pod.spec().nodeName(), old) : null;
    if (published != null) {
      zone = published.zone();
    } else {
      @Nullable Node node = nodes.apply(pod.spec().nodeName());
      zone = node == null || node.zone().isEmpty() ? null : node.zone();
      if (node == null) {
        missingNode.accept(pod.spec().nodeName());
        counts = of.spec().publishNotReadyAddresses();
      }
    }
    if (counts) {
      for (IpFamily family : IpFamily.values()) {
        Endpoint endpoint = PodEndpoint.of(pod, zone, of, family);
        if (endpoint != null) {
          @Nullable Endpoint known = old == null ? null : old.endpoints().get(family);
          endpoints.put(family, endpoint.equals(known) ? known : endpoint);
        }
      }
    }
    List<EndpointPort> ports = PodEndpoint.ports(pod, of);
    members.put(name, new Member(pod, groups.of(ports), endpoints));
  }

  /** An endpoint of a member on a node; null if it is on another one, or has none. */
  private static @Nullable Endpoint publishedOn(String node, @Nullable Member member) {
    return member == null
            || member.endpoints().isEmpty()
            || !member.pod().spec().nodeName().equals(node)
        ? null
        : member.endpoints().values().iterator().next();
  }

  private void noteTrigger(Pod pod) {
    Instant trigger = PodEndpoint.readinessChange(pod);
    if (trigger != null) {
      @Nullable Instant before = triggers.put(pod.metadata().name(), trigger);
      if (before == null || trigger.isAfter(before)) {
        noteEarliest(trigger);
      }
    }
  }

  private void noteServiceTrigger(Service current) {
    @Nullable Instant created = current.metadata().creationTimestamp();
    if (created != null && (serviceTrigger == null || created.isAfter(serviceTrigger))) {
      noteEarliest(created);
    }
    serviceTrigger = created;
    if (!known) {
      earliestTrigger = created;
    }
    known = true;
  }

  private void noteEarliest(Instant trigger) {
    if (earliestTrigger == null || trigger.isBefore(earliestTrigger)) {
      earliestTrigger = trigger;
    }
  }

  /** The time of the first event that led to the last refresh; null if nothing says one. */
  @Nullable
  Instant triggerTime() {
    return earliestTrigger;
  }

  PortGroup.Pool groups() {
    return groups;
  }

  /** The members in the order of the pods' names; a view. */
  Collection<Member> members() {
    return members.values();
  }

  /**
   * The endpoints of a family by their ports, in the order of the pods' names; the maps are new.
   */
  Map<PortGroup, Map<EndpointId, Endpoint>> endpoints(IpFamily family) {
    Map<PortGroup, Map<EndpointId, Endpoint>> desired = new LinkedHashMap<>();
    for (Member member : members.values()) {
      Map<EndpointId, Endpoint> group =
          desired.computeIfAbsent(member.group(), g -> new LinkedHashMap<>());
      Endpoint endpoint = member.endpoints().get(family);
      if (endpoint != null) {
        group.put(EndpointId.of(endpoint), endpoint);
      }
    }
    return desired;
  }

  private Service service() {
    if (service == null) {
      throw new IllegalStateException("members are put in a refresh only");
    }
    return service;
  }
}
