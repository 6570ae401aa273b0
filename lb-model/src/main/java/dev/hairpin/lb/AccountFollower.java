package dev.hairpin.lb;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.json.Trees;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the account's machines and network interfaces as the cluster's nodes and pods need them.
 *
 * <p>A pod's address lies on the primary interface of its node, as by the VPC CNI. A pod that a
 * {@code SecurityGroupPolicy} selects gets a branch interface with the policy's groups, and a pod
 * on Fargate an interface with the cluster's group. As in EKS, a policy concerns only pods that get
 * their address after it was made.
 */
final class AccountFollower {
  private static final String POLICY = "SecurityGroupPolicy";

  private final ClusterState state;
  private final Aws aws;
  private final String clusterName;

  AccountFollower(ClusterState state, Aws aws, String clusterName) {
    this.state = state;
    this.aws = aws;
    this.clusterName = clusterName;
  }

  /** Takes over all that is there. */
  void followAll() {
    state.list(Node.class).forEach(this::node);
    state.list(Pod.class).forEach(this::pod);
  }

  /** A node that the account does not know gets its machine there. */
  void node(Node node) {
    String id = instanceId(node);
    Optional<IpAddress> address = node.internalIp(IpFamily.IPV4);
    if (id.startsWith("i-") && address.isPresent() && aws.ec2().instance(id).isEmpty()) {
      EksAccount.addMachine(aws, clusterName, id, node.zone(), address.get());
    }
  }

  /** The addresses of a pod get a place. */
  void pod(Pod pod) {
    String nodeName = pod.spec().nodeName();
    if (pod.spec().hostNetwork() || nodeName.isEmpty() || pod.podIps().isEmpty()) {
      return;
    }
    Node node = state.get(Node.class, "", nodeName).orElse(null);
    if (node == null) {
      return;
    }
    if (aws.ec2().interfaceOf(pod.podIps().get(0)).isEmpty()) {
      Set<String> groups = groupsFor(pod);
      if (!groups.isEmpty() || isFargate(node)) {
        EksAccount.addPodInterface(
            aws, clusterName, interfaceId(pod), pod.podIps(), groups, instanceId(node));
        return;
      }
    }
    pod.podIps().forEach(ip -> aws.ec2().holdAddress(ip, instanceId(node)));
  }

  /** A pod is gone, and its addresses are free. */
  void podGone(Pod pod) {
    pod.podIps().forEach(aws.ec2()::releaseAddress);
    aws.ec2().removeInterface(interfaceId(pod));
  }

  private static boolean isFargate(Node node) {
    return "fargate".equals(node.metadata().labels().get("eks.amazonaws.com/compute-type"));
  }

  /** A pod of the same name that comes later is another one, but never at the same time. */
  private static String interfaceId(Pod pod) {
    return EksAccount.interfaceId(pod.key().namespacedName());
  }

  private static String instanceId(Node node) {
    return node.providerId().substring(node.providerId().lastIndexOf('/') + 1);
  }

  /**
   * The security groups of all policies that select a pod.
   *
   * <p>Source: {@code SecurityGroupPolicy} of {@code vpcresources.k8s.aws/v1beta1}: both selectors
   * must match where both are given.
   */
  private Set<String> groupsFor(Pod pod) {
    Set<String> groups = new TreeSet<>();
    for (KubeObject object : state.list(POLICY)) {
      if (object instanceof GenericObject policy
          && policy.metadata().namespace().equals(pod.metadata().namespace())) {
        Map<?, ?> spec = Trees.map(policy.content().get("spec"));
        if (selects(spec, pod)) {
          groups.addAll(Trees.strings(Trees.map(spec.get("securityGroups")).get("groupIds")));
        }
      }
    }
    return groups;
  }

  private boolean selects(Map<?, ?> spec, Pod pod) {
    Object pods = spec.get("podSelector");
    Object accounts = spec.get("serviceAccountSelector");
    return (pods != null || accounts != null)
        && (pods == null || matches(pods, pod.metadata().labels()))
        && (accounts == null || matches(accounts, labelsOfAccount(pod)));
  }

  /** A selector that nobody could read selects nothing. */
  private static boolean matches(Object selector, @Nullable Map<String, String> labels) {
    LabelSelector read;
    try {
      read = Trees.selector(selector);
    } catch (IllegalArgumentException e) {
      return false;
    }
    return labels != null && read.matches(labels);
  }

  private @Nullable Map<String, String> labelsOfAccount(Pod pod) {
    Object name = pod.spec().others().getOrDefault("serviceAccountName", "default");
    return state
        .get(new ObjectKey("ServiceAccount", pod.metadata().namespace(), String.valueOf(name)))
        .map(account -> account.metadata().labels())
        .orElse(null);
  }
}
