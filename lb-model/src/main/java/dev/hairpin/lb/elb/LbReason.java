package dev.hairpin.lb.elb;

import dev.hairpin.path.trace.Reason;

/**
 * Why a load balancer did not forward a connection, or answered a request by itself. The codes are
 * never renamed.
 */
public enum LbReason {
  /** The load balancer is still being provisioned. */
  LB_PROVISIONING("time-out: the name does not resolve yet, nor is anything listening"),
  /** An internal load balancer was called from outside the VPC. */
  LB_INTERNAL("time-out: private addresses lead nowhere outside the VPC"),
  /** No listener has the port and protocol. */
  LB_NO_LISTENER("time-out at an NLB, connection refused at an ALB"),
  /** The load balancer's security groups do not admit the client. */
  LB_SECURITY_GROUP_DENIED("time-out: the packet is dropped"),
  /** The security groups of the target do not admit the load balancer. */
  LB_TARGET_SECURITY_GROUP_DENIED("time-out at an NLB, 504 at an ALB: the packet is dropped"),
  /** The target group has no target that could get traffic. */
  LB_NO_TARGETS("reset at an NLB, 503 at an ALB"),
  /** The target group has targets, but none within reach of this zone's node. */
  LB_NO_TARGETS_IN_ZONE("time-out on this zone's address"),
  /** The client is the chosen target or shares its host, and its address is kept. */
  LB_HAIRPIN_LOST("time-out: the answer never passes the load balancer"),
  /** All source ports towards the target are in use. */
  LB_SOURCE_PORTS_EXHAUSTED("time-out: the flow cannot be translated"),
  /** Two flows with one client address and port meet at one target. */
  LB_FLOW_COLLISION("delays or resets"),
  /** The flow was idle for too long. */
  LB_IDLE_TIMEOUT("reset on the next packet"),
  /** The flow is not known. */
  LB_UNKNOWN_FLOW("reset"),
  /** The flow's target became unhealthy. */
  LB_TARGET_UNHEALTHY("reset"),
  /** The flow's target was deregistered and its time to drain is over. */
  LB_TARGET_DEREGISTERED("reset"),
  /** The request is malformed. */
  ALB_BAD_REQUEST("400"),
  /** A header, or all of them, are too long. */
  ALB_HEADERS_TOO_LARGE("400"),
  /** The user is not known, and unknown users are denied. */
  ALB_UNAUTHENTICATED("401"),
  /** The web application firewall blocked the request. */
  ALB_WAF_BLOCKED("403"),
  /** The method is TRACE. */
  ALB_METHOD_NOT_ALLOWED("405"),
  /** The client did not send the whole request in time. */
  ALB_CLIENT_TIMEOUT("408"),
  /** The address asked for is too long. */
  ALB_URI_TOO_LONG("414"),
  /** The client closed before there was an answer. */
  ALB_CLIENT_CLOSED("nothing; 460 in the log"),
  /** X-Forwarded-For has more than 30 addresses. */
  ALB_TOO_MANY_FORWARDED_ADDRESSES("463"),
  /** The protocol of the request does not fit the version of the target group. */
  ALB_INCOMPATIBLE_PROTOCOL("464"),
  /** The firewall or the identity provider failed. */
  ALB_INTERNAL_ERROR("500"),
  /** The Transfer-Encoding is not supported. */
  ALB_NOT_IMPLEMENTED("501"),
  /** The target refused, reset or answered what is no HTTP. */
  ALB_BAD_GATEWAY("502"),
  /** The target group has no registered target. */
  ALB_NO_TARGETS("503"),
  /** The target did not accept within 10 s, or did not answer within the idle time-out. */
  ALB_GATEWAY_TIMEOUT("504"),
  /** The HTTP version is not supported. */
  ALB_VERSION_NOT_SUPPORTED("505"),
  /** The identity provider answered with an error. */
  ALB_IDENTITY_PROVIDER_ERROR("561"),
  /** A rule or default action says so. */
  ALB_FIXED_RESPONSE("the configured answer"),
  /** A rule or default action sends the client elsewhere. */
  ALB_REDIRECT("301 or 302"),
  /** The user has to log in first. */
  ALB_LOGIN_REDIRECT("302 to the identity provider");

  private final String clientSees;

  LbReason(String clientSees) {
    this.clientSees = clientSees;
  }

  /**
   * What the client sees of it.
   *
   * @return a few words
   */
  public String clientSees() {
    return clientSees;
  }

  /**
   * The reason as the traces of the packet network name it, where several of these are one.
   *
   * @return the nearest reason there
   */
  public Reason inTraces() {
    return switch (this) {
      case LB_PROVISIONING -> Reason.LB_PENDING;
      case LB_INTERNAL -> Reason.NO_ROUTE;
      case LB_NO_LISTENER -> Reason.LB_NO_LISTENER;
      case LB_SECURITY_GROUP_DENIED, LB_TARGET_SECURITY_GROUP_DENIED ->
        Reason.SECURITY_GROUP_DENIED;
      case LB_NO_TARGETS, ALB_NO_TARGETS -> Reason.LB_NO_TARGETS;
      case LB_NO_TARGETS_IN_ZONE -> Reason.LB_NO_TARGET_IN_ZONE;
      case LB_HAIRPIN_LOST -> Reason.REPLY_BYPASSED_NAT;
      case LB_SOURCE_PORTS_EXHAUSTED -> Reason.SNAT_PORTS_EXHAUSTED;
      case LB_FLOW_COLLISION,
          LB_IDLE_TIMEOUT,
          LB_UNKNOWN_FLOW,
          LB_TARGET_UNHEALTHY,
          LB_TARGET_DEREGISTERED -> Reason.RESET_IN_MID_STREAM;
      case ALB_BAD_GATEWAY, ALB_GATEWAY_TIMEOUT, ALB_CLIENT_CLOSED, ALB_CLIENT_TIMEOUT ->
        Reason.LB_TARGET_FAILED;
      case ALB_BAD_REQUEST,
          ALB_HEADERS_TOO_LARGE,
          ALB_UNAUTHENTICATED,
          ALB_WAF_BLOCKED,
          ALB_METHOD_NOT_ALLOWED,
          ALB_URI_TOO_LONG,
          ALB_TOO_MANY_FORWARDED_ADDRESSES,
          ALB_INCOMPATIBLE_PROTOCOL,
          ALB_INTERNAL_ERROR,
          ALB_NOT_IMPLEMENTED,
          ALB_VERSION_NOT_SUPPORTED,
          ALB_IDENTITY_PROVIDER_ERROR,
          ALB_FIXED_RESPONSE,
          ALB_REDIRECT,
          ALB_LOGIN_REDIRECT -> Reason.LB_FIXED_RESPONSE;
    };
  }
}
