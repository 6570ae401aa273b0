package dev.hairpin.lb.deploy;

import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.elb.Guard;
import dev.hairpin.lb.elb.HealthCheck;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.Vpc;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries health checks to their targets: past the security groups of the target's network
 * interface, then through the cluster's network to whoever listens there.
 *
 * <p>Where no network can be walked, the objects of the cluster answer; see {@link EndpointProbe}.
 */
public final class TargetChecks implements HealthProbe {
  private final Vpc vpc;
  private final ClusterState state;
  private final EndpointProbe objects;
  private final Function<IpAddress, List<String>> groupsOfBalancer;
  private LoadBalancing.@Nullable HealthChecks walks;

  /**
   * Checks of the targets of one cluster.
   *
   * @param vpc the account
   * @param state the cluster
   * @param groupsOfBalancer the security groups of the load balancer that has an address
   */
  public TargetChecks(
      Vpc vpc, ClusterState state, Function<IpAddress, List<String>> groupsOfBalancer) {
    this.vpc = vpc;
    this.state = state;
    this.objects = new EndpointProbe(state);
    this.groupsOfBalancer = groupsOfBalancer;
  }

  /**
   * Says how checks go through the network from now on.
   *
   * @param newWalks walks their connections
   */
  public void walkBy(LoadBalancing.HealthChecks newWalks) {
    this.walks = newWalks;
  }

  @Override
  public Result probe(Request request) {
    if (!isAdmitted(request) || objects.isSilent(request.target())) {
      return new Result.TimedOut();
    }
    LoadBalancing.HealthChecks network = walks;
    if (network != null) {
      Optional<LoadBalancing.HealthCheck> walked = network.connect(
          request.source(),
          request.destination(),
          request.check().path(),
          Duration.ofSeconds(request.check().timeoutSeconds()));
      if (walked.isPresent()) {
        return result(request.check(), walked.get());
      }
    }
    return objects.probe(request);
  }

  private boolean isAdmitted(Request request) {
    List<String> groups = groupsOfBalancer.apply(request.source());
    return Guard.refusal(vpc, groups, Protocol.TCP, request.source(), request.destination())
        == null;
  }

  private Result result(HealthCheck check, LoadBalancing.HealthCheck walked) {
    Outcome outcome = walked.outcome();
    if (!outcome.delivered()) {
      return outcome.verdict() == Verdict.TIMEOUT ? new Result.TimedOut() : Result.Failed.refused();
    }
    if (check.protocol() == ListenerProtocol.TCP) {
      return Result.Answered.connected(Duration.ZERO);
    }
    return Result.Answered.code(
        walked.status().orElseGet(() -> codeOf(check, isUp(outcome.server()))));
  }

  private boolean isUp(@Nullable String process) {
    int slash = process == null ? -1 : process.indexOf('/');
    return process == null
        || slash < 0
        || state
            .get(Pod.class, process.substring(0, slash), process.substring(slash + 1))
            .map(TargetChecks::isUp)
            .orElse(true);
  }

  /** Whether a pod's containers are ready, even if the pod waits for a readiness gate. */
  static boolean isUp(Pod pod) {
    return pod.isReady()
        || pod.conditions().stream()
            .anyMatch(c -> c.type().equals("ContainersReady") && c.isTrue());
  }

  /**
   * What a pod's program answers to a check: 200 if its containers are ready, else 503. A gRPC
   * server knows no method of the load balancer's own path, and says so by UNIMPLEMENTED.
   */
  static int codeOf(HealthCheck check, boolean up) {
    if (!check.matcher().isGrpc()) {
      return up ? 200 : 503;
    }
    return !up ? GRPC_UNAVAILABLE : check.path().equals(GRPC_PATH) ? GRPC_UNIMPLEMENTED : 0;
  }

  private static final String GRPC_PATH = "/AWS.ALB/healthcheck";
  private static final int GRPC_UNIMPLEMENTED = 12;
  private static final int GRPC_UNAVAILABLE = 14;
}
