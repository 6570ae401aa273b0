package dev.hairpin.lb.elb.alb;

import com.google.common.collect.ImmutableList;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.TargetDescription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client gets from an Application Load Balancer, and who answered and why.
 *
 * @param status the status; 460 if the client got nothing because it had closed
 * @param headers the header lines
 * @param body the body if the load balancer wrote it; empty if a target did
 * @param reason why the load balancer answered by itself, or null if a target answered
 * @param because the same in words; empty if a target answered
 * @param place the load balancer and the node's zone
 * @param listenerArn the listener
 * @param priority the priority of the rule that held, 0 for the default, or null if no rule was
 *     looked at
 * @param ruleArn the rule, or null if no rule was looked at
 * @param targetGroupArn the group to which the request was to go, or null if to none
 * @param target the target to which it went, or null if to none
 * @param forwarded the request as the target got it, or null if none did
 * @param took from the request to the answer
 * @param steps what happened, in order
 * @param accessLog the line in the access log
 */
public record AlbResponse(
    int status,
    List<Header> headers,
    String body,
    @Nullable LbReason reason,
    String because,
    String place,
    String listenerArn,
    @Nullable Integer priority,
    @Nullable String ruleArn,
    @Nullable String targetGroupArn,
    @Nullable TargetDescription target,
    @Nullable ForwardedRequest forwarded,
    Duration took,
    List<LbStep> steps,
    String accessLog) {

  /** Copies the lists. */
  public AlbResponse {
    headers = ImmutableList.copyOf(headers);
    steps = ImmutableList.copyOf(steps);
  }

  /** {@return whether the answer is a target's} */
  public boolean fromTarget() {
    return reason == null;
  }

  /**
   * The first line of a header.
   *
   * @param name the name in any case
   * @return its value, or nothing
   */
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(h -> h.name().equalsIgnoreCase(name))
        .map(Header::value)
        .findFirst();
  }

  /**
   * The cookies that it sets.
   *
   * @return the values of its Set-Cookie lines
   */
  public List<String> setCookies() {
    return headers.stream()
        .filter(h -> h.name().equalsIgnoreCase("set-cookie"))
        .map(Header::value)
        .toList();
  }

  /**
   * The answer as a trace prints it.
   *
   * @return lines, each ended by a line feed
   */
  public String print() {
    String lines = steps.stream().map(LbStep::text).collect(Collectors.joining("\n"));
    String answer = fromTarget()
        ? status + " from " + target
        : status + " from the load balancer  " + reason + ": " + because;
    return place + "  " + lines + "\n" + answer + "\n";
  }
}
