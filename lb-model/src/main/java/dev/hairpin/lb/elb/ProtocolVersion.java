package dev.hairpin.lb.elb;

/** How an Application Load Balancer speaks HTTP with the targets of a group. */
public enum ProtocolVersion {
  /** HTTP/1.1. */
  HTTP1,
  /** HTTP/2. */
  HTTP2,
  /** gRPC over HTTP/2. */
  GRPC
}
