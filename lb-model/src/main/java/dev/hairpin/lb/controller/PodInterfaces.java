package dev.hairpin.lb.controller;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.json.JsonException;
import dev.hairpin.lb.json.JsonParser;
import dev.hairpin.lb.json.Trees;
import java.util.Map;
import java.util.Optional;

/**
 * The network interfaces that hold the addresses of pods: a branch interface of the pod's own, one
 * of its node's, or any other of the VPC, as on Fargate.
 *
 * <p>Source: {@code pkg/networking/pod_eni_info_resolver.go} of v2.8.2.
 */
final class PodInterfaces {
  /** Where the VPC resource controller writes a pod's branch interfaces. */
  private static final String BRANCHES = "vpc.amazonaws.com/pod-eni";

  private final Environment env;

  PodInterfaces(Environment env) {
    this.env = env;
  }

  /** The interface of a pod; nothing if no interface of the VPC has its address. */
  Optional<NetworkInterface> of(Pod pod) {
    if (pod.podIps().isEmpty()) {
      return Optional.empty();
    }
    String ip = pod.podIps().get(0);
    Optional<String> branch = branchOf(pod, ip);
    if (branch.isPresent()) {
      return Optional.of(env.ec2()
          .networkInterface(branch.get())
          .orElseThrow(() ->
              new ReconcileException("InvalidNetworkInterfaceID.NotFound: The networkInterface ID '"
                  + branch.get() + "' does not exist")));
    }
    String node = pod.spec().nodeName();
    if (env.state().get(Node.class, "", node).isEmpty()) {
      throw new ReconcileException("nodes " + Go.quoted(node) + " not found");
    }
    return env.ec2().interfaceOf(ip);
  }

  /** The id of the branch interface that the pod's annotation names for an address. */
  private static Optional<String> branchOf(Pod pod, String ip) {
    String annotation = pod.metadata().annotations().get(BRANCHES);
    if (annotation == null) {
      return Optional.empty();
    }
    String id = "";
    try {
      for (Object item : Trees.list(JsonParser.parse(annotation))) {
        Map<?, ?> branch = Trees.map(item);
        if (ip.equals(branch.get("privateIp"))) {
          id = Trees.text(branch.get("eniId"));
        }
      }
    } catch (JsonException e) {
      // What cannot be read names no interface.
      return Optional.empty();
    }
    return id.isEmpty() ? Optional.empty() : Optional.of(id);
  }
}
