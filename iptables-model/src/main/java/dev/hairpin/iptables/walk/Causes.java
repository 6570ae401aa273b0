package dev.hairpin.iptables.walk;

import dev.hairpin.path.trace.Reason;

/**
 * Reads the cause of a drop or a refusal from the comment that kube-proxy puts into its rules.
 *
 * <p>Source: the comments of kube-proxy v1.30 to v1.36.
 */
final class Causes {
  private Causes() {}

  static Reason ofDrop(String comment, String chain) {
    if (comment.endsWith(" has no local endpoints")) {
      return Reason.NO_LOCAL_ENDPOINTS;
    }
    if (comment.contains(" traffic not accepted by ")) {
      return Reason.SOURCE_RANGE_DENIED;
    }
    if (chain.equals("KUBE-FIREWALL")) {
      return Reason.LOCALNET_BLOCKED;
    }
    return Reason.DROPPED_BY_RULE;
  }

  static Reason ofReject(String comment) {
    return comment.endsWith(" has no endpoints") ? Reason.NO_ENDPOINTS : Reason.REJECTED_BY_RULE;
  }
}
