package dev.hairpin.lb.controller;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.Ec2;
import dev.hairpin.lb.aws.Elbv2;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.lb.options.FeatureGate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the controller can see and change: the cluster, the account, its flags. */
record Environment(ClusterState state, Aws aws, ControllerOptions options, EventLog events) {

  private static final String CLUSTER_TAG = "elbv2.k8s.aws/cluster";

  Ec2 ec2() {
    return aws.ec2();
  }

  Elbv2 elbv2() {
    return aws.elbv2();
  }

  void report(ObjectKey key, boolean warning, String reason, String message, String reporter) {
    events.report(key, warning, reason, message, reporter);
  }

  void mergeRepeatedEvents() {
    events.mergeRepeated();
  }

  boolean enabled(FeatureGate gate) {
    return options.enabled(gate);
  }

  String clusterName() {
    return options.clusterName();
  }

  /** The tags that all resources of a stack carry. Source: {@code pkg/deploy/tracking}. */
  Map<String, String> stackTags(Stack.Kind kind, String stackId) {
    Map<String, String> tags = new TreeMap<>();
    tags.put(CLUSTER_TAG, clusterName());
    tags.put(tagPrefix(kind) + "stack", stackId);
    return tags;
  }

  /** The tags of one resource of a stack, the user's tags among them. */
  Map<String, String> resourceTags(Stack stack, String resourceId, Map<String, String> userTags) {
    Map<String, String> tags = new TreeMap<>(userTags);
    tags.putAll(stackTags(stack.kind(), stack.id()));
    tags.put(resourceTagKey(stack.kind()), resourceId);
    return tags;
  }

  static String resourceTagKey(Stack.Kind kind) {
    return tagPrefix(kind) + "resource";
  }

  private static String tagPrefix(Stack.Kind kind) {
    return kind == Stack.Kind.SERVICE ? "service.k8s.aws/" : "ingress.k8s.aws/";
  }

  /** The tags of the security group that all load balancers of the cluster share. */
  Map<String, String> backendGroupTags() {
    return Map.of(CLUSTER_TAG, clusterName(), "elbv2.k8s.aws/resource", "backend-sg");
  }

  /** The load balancers that a stack has now. */
  List<LoadBalancer> loadBalancersOf(Stack.Kind kind, String stackId) {
    return aws.elbv2().loadBalancersTagged(stackTags(kind, stackId));
  }

  /**
   * Refuses every call to AWS if the controller's service account has no IAM role.
   *
   * <p>The text is that of EC2 for a node role that may not do it either.
   */
  void requireRights() {
    if (!options.iamRole()) {
      throw new ReconcileException(
          "UnauthorizedOperation: You are not authorized to perform this operation.\n"
              + "\tstatus code: 403");
    }
  }
}
