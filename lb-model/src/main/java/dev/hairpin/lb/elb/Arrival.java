package dev.hairpin.lb.elb;

import dev.hairpin.net.FiveTuple;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What becomes of a connection that arrives at a load balancer. */
public sealed interface Arrival {

  /**
   * Where it arrived.
   *
   * @return such as {@code NLB k8s-ui-uinlb-cad95071ca (us-west-2a)}
   */
  String place();

  /**
   * What happened there, in order.
   *
   * @return the steps
   */
  List<LbStep> steps();

  /**
   * The place and the steps as a trace prints them: the place once, the lines beside it.
   *
   * @return lines, each ended by a line feed
   */
  default String print() {
    String indent = " ".repeat(place().length() + 2);
    return steps().stream()
        .map(LbStep::text)
        .collect(Collectors.joining("\n" + indent, place() + "  ", "\n"));
  }

  /**
   * It goes on to a target.
   *
   * @param place where it arrived
   * @param targetGroupArn the group
   * @param target the target
   * @param targetInstance the instance that is the target or has its address, or null
   * @param packet the tuple with which it goes on: the source is what the target sees
   * @param clientIpPreserved whether that is the client's own
   * @param proxyProtocol whether a PROXY protocol v2 header comes first
   * @param crossZone whether the target is in another zone than the node
   * @param failOpen whether it was chosen although it is not healthy, because too few are
   * @param tls the TLS session with the client, or null if the load balancer ended none
   * @param steps what happened
   */
  record Forwarded(
      String place,
      String targetGroupArn,
      TargetDescription target,
      @Nullable String targetInstance,
      FiveTuple packet,
      boolean clientIpPreserved,
      boolean proxyProtocol,
      boolean crossZone,
      boolean failOpen,
      @Nullable TlsSession tls,
      List<LbStep> steps)
      implements Arrival {}

  /**
   * It is reset.
   *
   * @param place where it arrived
   * @param reason why
   * @param because the same in words
   * @param steps what happened
   */
  record Refused(String place, LbReason reason, String because, List<LbStep> steps)
      implements Arrival {}

  /**
   * Nothing comes back.
   *
   * @param place where it arrived
   * @param reason why
   * @param because the same in words
   * @param target the target that it was meant for, or null
   * @param steps what happened
   */
  record TimedOut(
      String place,
      LbReason reason,
      String because,
      @Nullable TargetDescription target,
      List<LbStep> steps)
      implements Arrival {}

  /**
   * It reaches an Application Load Balancer, which takes it and waits for requests.
   *
   * @param place where it arrived
   * @param listenerArn the listener
   * @param tls the TLS session with the client, or null for HTTP
   * @param steps what happened
   */
  record Accepted(
      String place, String listenerArn, @Nullable TlsSession tls, List<LbStep> steps)
      implements Arrival {}
}
