package dev.hairpin.lb.controller;

import com.google.common.collect.ImmutableSortedSet;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.model.StackResource.Binding;
import dev.hairpin.lb.model.StackResource.NetworkingPort;
import dev.hairpin.lb.model.StackResource.NetworkingRule;
import dev.hairpin.lb.model.StackResource.Peer;
import dev.hairpin.lb.model.Token;
import dev.hairpin.net.Cidr;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Opens the security groups of nodes and pods for the load balancers, with one rule for each
 * protocol and source group over all bindings.
 *
 * <p>Rules are only taken away once every binding of the cluster has been looked at, so that a
 * controller that has just started closes nothing. Source:
 * {@code pkg/targetgroupbinding/networking_manager.go} of v2.8.2.
 */
final class NodeRules {
  private static final String DESCRIPTION = "elbv2.k8s.aws/targetGroupBinding=shared";

  private final Environment env;
  private final PodInterfaces podInterfaces;
  private final Bindings bindings;
  /** What each binding needs, by the security group of its endpoints. */
  private final Map<ObjectKey, Map<String, List<IpPermission>>> needed = new TreeMap<>();

  /** How many bindings need each rule of a security group. */
  private final Map<String, SharedRules> counts = new TreeMap<>();

  /** Most bindings change nothing, since their ports lie within the range of others. */
  private final Map<String, Applied> applied = new HashMap<>();

  private final Set<String> tracked = new TreeSet<>();
  private boolean trackedFromAws;
  private boolean changed;

  NodeRules(Environment env, Bindings bindings) {
    this.env = env;
    this.podInterfaces = new PodInterfaces(env);
    this.bindings = bindings;
  }

  NodeRules(Environment env, Bindings bindings, NodeRules other) {
    this(env, bindings);
    needed.putAll(other.needed);
    other.counts.forEach((group, ofGroup) -> counts.put(group, ofGroup.copy()));
    changed = other.changed;
    tracked.addAll(other.tracked);
    trackedFromAws = other.trackedFromAws;
  }

  /** Opens the interfaces of pods. */
  void openPods(ObjectKey key, Binding binding, Collection<Pod> pods) {
    List<NetworkingRule> networking = binding.networking();
    Map<String, List<IpPermission>> perGroup = new TreeMap<>();
    if (networking != null) {
      Map<String, List<Pod>> podsByGroup = new TreeMap<>();
      List<String> unresolved = new ArrayList<>();
      for (Pod pod : pods) {
        NetworkInterface eni = podInterfaces.of(pod).orElse(null);
        if (eni == null) {
          unresolved.add(pod.key().namespacedName());
        } else {
          podsByGroup.computeIfAbsent(groupOf(eni), g -> new ArrayList<>()).add(pod);
        }
      }
      if (!unresolved.isEmpty()) {
        throw new ReconcileException("cannot resolve pod ENI for pods: " + Go.list(unresolved));
      }
      podsByGroup.forEach(
          (group, ofGroup) -> perGroup.put(group, permissions(networking, ofGroup)));
    }
    reconcile(key, perGroup);
  }

  /** Opens the primary interfaces of nodes. */
  void openNodes(ObjectKey key, Binding binding, Collection<String> instanceIds) {
    List<NetworkingRule> networking = binding.networking();
    Map<String, List<IpPermission>> perGroup = new TreeMap<>();
    if (networking != null) {
      Set<String> groups = new TreeSet<>();
      for (String id : instanceIds) {
        NetworkInterface eni = env.ec2()
            .instance(id)
            .flatMap(i -> i.primaryInterface())
            .orElseThrow(() -> new ReconcileException(
                "InvalidInstanceID.NotFound: The instance ID '" + id + "' does not exist"));
        groups.add(groupOf(eni));
      }
      List<IpPermission> permissions = permissions(networking, List.of());
      groups.forEach(g -> perGroup.put(g, permissions));
    }
    reconcile(key, perGroup);
  }

  /** A binding goes away. */
  void close(ObjectKey key) {
    reconcile(key, Map.of());
  }

  /** An interface's only group, or the one that is tagged for the cluster. */
  private String groupOf(NetworkInterface eni) {
    if (eni.securityGroups().size() == 1) {
      return eni.securityGroups().get(0);
    }
    String tag = "kubernetes.io/cluster/" + env.clusterName();
    Set<String> marked = new TreeSet<>();
    for (String id : eni.securityGroups()) {
      env.ec2()
          .securityGroup(id)
          .filter(g -> g.tags().containsKey(tag))
          .ifPresent(g -> marked.add(id));
    }
    if (marked.size() != 1) {
      throw new ReconcileException("expected exactly one securityGroup tagged with "
          + tag
          + " for eni "
          + eni.id()
          + ", got: "
          + Go.list(marked)
          + " (clusterName: "
          + env.clusterName()
          + ")");
    }
    return marked.iterator().next();
  }

  /**
   * A rule without ports opens nothing. The API's comment promises all TCP ports, but v2.8.2 loses
   * what it computes for them.
   */
  private static List<IpPermission> permissions(List<NetworkingRule> networking, List<Pod> pods) {
    List<IpPermission> result = new ArrayList<>();
    for (NetworkingRule rule : networking) {
      for (Peer peer : rule.from()) {
        String source = sourceOf(peer);
        for (NetworkingPort port : rule.ports()) {
          String protocol = port.protocol().toLowerCase(Locale.ROOT);
          IntOrString wanted = port.port();
          if (wanted == null) {
            result.add(new IpPermission(protocol, 0, 65_535, source, DESCRIPTION));
          } else {
            for (int number : numbers(wanted, pods)) {
              result.add(new IpPermission(protocol, number, number, source, DESCRIPTION));
            }
          }
        }
      }
    }
    return result;
  }

  private static String sourceOf(Peer peer) {
    if (peer instanceof Peer.Group group) {
      return group.groupId() instanceof Token.Literal literal ? literal.value() : "";
    }
    String cidr = ((Peer.Block) peer).cidr();
    if (cidr.isEmpty()) {
      throw new ReconcileException("either ipBlock or securityGroup should be specified");
    }
    if (Cidr.tryParseMasked(cidr).isEmpty()) {
      throw new ReconcileException("invalid CIDR address: " + cidr);
    }
    return cidr;
  }

  /** A name may stand for different numbers in different pods. */
  private static Set<Integer> numbers(IntOrString port, List<Pod> pods) {
    if (port.name() == null) {
      return Set.of(port.number());
    }
    if (pods.isEmpty()) {
      throw new ReconcileException("named ports can only be used with pod endpoints");
    }
    Set<Integer> numbers = new TreeSet<>();
    for (Pod pod : pods) {
      numbers.add(containerPort(pod, port.name()));
    }
    return numbers;
  }

  private static int containerPort(Pod pod, String name) {
    for (Container container : pod.spec().containers()) {
      for (ContainerPort port : container.ports()) {
        if (port.name().equals(name)) {
          return port.containerPort();
        }
      }
    }
    throw new ReconcileException(
        "unable to find port " + name + " on pod " + pod.key().namespacedName());
  }

  private void reconcile(ObjectKey key, Map<String, List<IpPermission>> perGroup) {
    boolean known = needed.containsKey(key);
    forgetGone();
    replace(key, perGroup);
    tracked.addAll(perGroup.keySet());
    boolean complete = needed.size() == bindings.countWithNetworking();
    if (known && complete && !changed) {
      return;
    }
    boolean plain = env.options().disableRestrictedSecurityGroupRules();
    counts.forEach(
        (group, rules) -> apply(group, plain ? rules.separate() : rules.merged(), complete));
    if (complete) {
      changed = false;
      for (String group : endpointGroups()) {
        if (!counts.containsKey(group) && env.ec2().securityGroup(group).isPresent()) {
          apply(group, Set.of(), true);
        }
      }
    }
  }

  /** Bindings that are gone, or say nothing about networking, need nothing. */
  private void forgetGone() {
    for (ObjectKey key : bindings.takeForgotten()) {
      if (!bindings.hasNetworking(key) && needed.containsKey(key)) {
        replace(key, Map.of());
        needed.remove(key);
      }
    }
  }

  private void replace(ObjectKey key, Map<String, List<IpPermission>> perGroup) {
    @Nullable Map<String, List<IpPermission>> before = needed.put(key, perGroup);
    if (perGroup.equals(before)) {
      return;
    }
    changed = true;
    if (before != null) {
      before.forEach((group, permissions) -> count(group, permissions, -1));
    }
    perGroup.forEach((group, permissions) -> count(group, permissions, 1));
    if (!bindings.hasNetworking(key)) {
      needed.remove(key);
    }
  }

  private void count(String group, List<IpPermission> permissions, int by) {
    SharedRules ofGroup = counts.computeIfAbsent(group, g -> new SharedRules());
    permissions.forEach(p -> ofGroup.count(p, by));
    if (ofGroup.isEmpty()) {
      counts.remove(group);
    }
  }

  /** What a group was last told, and what it then was. */
  private record Applied(SecurityGroup result, Set<IpPermission> wanted, boolean mayRevoke) {}

  /** Rules with another description are not the controller's. */
  private void apply(String groupId, Set<IpPermission> wanted, boolean mayRevoke) {
    SecurityGroup group = existing(groupId);
    Applied before = applied.get(groupId);
    if (before != null
        && before.result == group
        && before.mayRevoke == mayRevoke
        && before.wanted.equals(wanted)) {
      return;
    }
    ImmutableSortedSet.Builder<IpPermission> result = ImmutableSortedSet.naturalOrder();
    for (IpPermission permission : group.ingress()) {
      if (!mayRevoke || !permission.description().equals(DESCRIPTION)) {
        result.add(permission);
      }
    }
    env.ec2().setIngress(groupId, result.addAll(wanted).build());
    applied.put(groupId, new Applied(existing(groupId), Set.copyOf(wanted), mayRevoke));
  }

  private SecurityGroup existing(String groupId) {
    return env.ec2()
        .securityGroup(groupId)
        .orElseThrow(() -> new ReconcileException(
            "InvalidGroup.NotFound: The security group '" + groupId + "' does not exist"));
  }

  private Set<String> endpointGroups() {
    if (!trackedFromAws) {
      String tag = "kubernetes.io/cluster/" + env.clusterName();
      for (String value : List.of("owned", "shared")) {
        env.ec2().securityGroupsTagged(Map.of(tag, value)).forEach(g -> tracked.add(g.id()));
      }
      trackedFromAws = true;
    }
    return tracked;
  }
}
