package dev.hairpin.lb.elb.alb;

import com.google.common.collect.ImmutableList;
import dev.hairpin.lb.elb.ProtocolVersion;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.net.FiveTuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way from an Application Load Balancer to a target.
 *
 * @param targetGroupArn the group
 * @param target the target
 * @param targetInstance the instance that is the target or has its address, or null
 * @param packet the tuple of the connection to the target; the source is the load balancer's node
 * @param encrypted whether that connection is TLS
 * @param version the HTTP version on it
 * @param method the method
 * @param path path and query
 * @param headers the header lines that the target gets
 * @param crossZone whether the target is in another zone than the node
 */
public record ForwardedRequest(
    String targetGroupArn,
    TargetDescription target,
    @Nullable String targetInstance,
    FiveTuple packet,
    boolean encrypted,
    ProtocolVersion version,
    String method,
    String path,
    List<Header> headers,
    boolean crossZone) {

  /** Copies the headers. */
  public ForwardedRequest {
    headers = ImmutableList.copyOf(headers);
  }
}
